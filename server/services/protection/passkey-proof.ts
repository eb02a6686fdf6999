/** Signatures of passkeys over approvals (Web Authentication, §7.2): verified at approval, and in the audit log. */
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { z } from 'zod'
import { InvalidInputError } from '#server/error/operation-error.ts'

/** What a browser answers, without members that the signature does not cover. */
export const passkeyAnswer = z.object({
  id: z.string().max(2_000),
  rawId: z.string().max(2_000),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: z.string().max(10_000),
    authenticatorData: z.string().max(10_000),
    signature: z.string().max(10_000),
    userHandle: z.string().max(2_000).nullish(),
  }),
})

export type PasskeyAnswer = z.infer<typeof passkeyAnswer>

/** As the audit log keeps it: enough to verify the signature later, without the database's passkeys. */
export type PasskeyProof = {
  /** Base64url. */
  credentialId: string
  /** COSE key, base64. */
  publicKey: string
  origin: string
  /** The domain of the passkey. */
  rpId: string
  clientDataJSON: string
  authenticatorData: string
  signature: string
}

export const passkeyProof = z.object({
  credentialId: z.string(),
  publicKey: z.string(),
  origin: z.string(),
  rpId: z.string(),
  clientDataJSON: z.string(),
  authenticatorData: z.string(),
  signature: z.string(),
})

/** @throws InvalidInputError */
export function parsePasskeyAnswer(given: unknown): PasskeyAnswer {
  const { data } = passkeyAnswer.safeParse(given)
  if (data) return data
  throw new InvalidInputError(
    'This is not the answer of a passkey. Sign the change in the console.',
    'passkey',
  )
}

export function toProof(
  answer: PasskeyAnswer,
  { credentialID, publicKey }: { credentialID: string; publicKey: string },
  { rpId, origin }: { rpId: string; origin: string },
): PasskeyProof {
  const { clientDataJSON, authenticatorData, signature } = answer.response
  return { credentialId: credentialID, publicKey, origin, rpId, clientDataJSON, authenticatorData, signature }
}

/** The signature counter from the device, or null: it does not verify, or the device did not verify its user. */
export async function verifyProof(proof: PasskeyProof, hash: string): Promise<number | null> {
  const { credentialId: id, publicKey, origin, rpId, ...response } = proof
  const answer: AuthenticationResponseJSON = {
    id,
    rawId: id,
    type: 'public-key',
    clientExtensionResults: {},
    response,
  }
  // Large; most commands that read the audit log verify no signature.
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: answer,
      expectedChallenge: hash,
      expectedOrigin: origin,
      expectedRPID: rpId,
      credential: { id, publicKey: new Uint8Array(Buffer.from(publicKey, 'base64')), counter: 0 },
      requireUserVerification: true,
    })
    return verified ? authenticationInfo.newCounter : null
  } catch {
    return null // the library throws what is wrong
  }
}

/** The origin that the browser signed; null if the text is not client data. */
export function originOf({ response }: PasskeyAnswer): string | null {
  try {
    const data: unknown = JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString())
    return typeof data === 'object' && data !== null && 'origin' in data ? String(data.origin) : null
  } catch {
    return null
  }
}
