/** Verifies the approvals in the audit log: each has the signature of a passkey over the change that was asked for. */
import { z } from 'zod'
import type { AuditEvent } from '#prisma/generated/client/client.ts'
import { hashOfContent } from '#server/services/protection/content.ts'
import { passkeyProof, verifyProof } from '#server/services/protection/passkey-proof.ts'

/** Who approved what, with which key. */
export type VerifiedApproval = {
  /** The id of the audit entry, and of the approval. */
  entry: number
  id: string
  at: Date
  mutation: string
  requestedBy: string
  approvedBy: string
  /** The passkey: base64url. */
  credentialId: string
  /** When the log says that it was registered; null: before the first entry that is kept. */
  registeredAt: Date | null
  /** The other administrator who confirmed it before; null: no one. */
  confirmedBy: string | null
}

const asked = z.object({
  mutation: z.string(),
  requestedBy: z.string(),
  keyCreatedBy: z.string().nullable(),
})
const signature = z.object({
  hash: z.string(),
  passkey: passkeyProof,
  // Absent: an earlier version, which asked for no age.
  passkeyHours: z.number().nullish(),
})
type Signed = z.infer<typeof signature>
const decision = signature.extend({ approvedBy: z.string() })
const registration = z.object({ credentialId: z.string(), publicKey: z.string() })

const confirmation = z.object({ credentialId: z.string() })

type Registration = { actor: string; publicKey: string; at: Date }

const HOUR_MS = 3_600_000
/** Between the registration and its entry. */
const TOLERANCE_MS = 60_000

/** Reads all entries in their order. `fault`: a sentence about the entry; null: nothing is wrong with it. */
export function createApprovalVerification() {
  const approvals: VerifiedApproval[] = []
  const registrations = new Map<string, Registration>()
  /** Who confirmed a passkey. */
  const confirmations = new Map<string, string[]>()

  /** What is wrong with a signature over the content, to complete the name of the entry; null: nothing. */
  async function faultOfSignature(
    event: AuditEvent,
    { hash, passkey, passkeyHours }: Signed,
    confirmedBy: string | null,
  ): Promise<string | null> {
    if (hash !== hashOfContent(event.before)) return 'is about another change than was signed.'
    if ((await verifyProof(passkey, hash)) === null) return 'has a signature that does not verify.'
    const known = registrations.get(passkey.credentialId)
    if (known && (known.actor !== event.actor || known.publicKey !== passkey.publicKey))
      return `was signed with a passkey that ${known.actor} registered with another key.`
    const age = known ? event.at.getTime() - known.at.getTime() + TOLERANCE_MS : Number.POSITIVE_INFINITY
    if (passkeyHours && age < passkeyHours * HOUR_MS && confirmedBy === null)
      return `was signed with a passkey that was registered at ${known?.at.toISOString()}, less than ${passkeyHours} hours before, and that no other person had confirmed.`
    return null
  }

  const confirmationOf = ({ passkey }: Signed, people: readonly (string | null)[]) =>
    confirmations.get(passkey.credentialId)?.find((name) => !people.includes(name)) ?? null

  async function verify(event: AuditEvent): Promise<string | null> {
    const [content, signed] = [asked.safeParse(event.before).data, decision.safeParse(event.after).data]
    const approval = `Entry ${event.id}, approval ${event.resource},`
    if (!content || !signed) return `${approval} lacks its content or its signature.`
    const { approvedBy, passkey } = signed
    const { requestedBy, keyCreatedBy } = content
    if (approvedBy !== event.actor || [requestedBy, keyCreatedBy].includes(approvedBy))
      return `${approval} is not by another person than the request.`
    const confirmedBy = confirmationOf(signed, [approvedBy, requestedBy, keyCreatedBy])
    const fault = await faultOfSignature(event, signed, confirmedBy)
    if (fault) return `${approval} ${fault}`
    approvals.push({
      entry: event.id,
      id: event.resource,
      at: event.at,
      ...{ mutation: content.mutation, requestedBy, approvedBy },
      credentialId: passkey.credentialId,
      registeredAt: registrations.get(passkey.credentialId)?.at ?? null,
      confirmedBy,
    })
    return null
  }

  /** Earlier versions asked for no signature. */
  async function verifyOverride(event: AuditEvent): Promise<string | null> {
    const signed = signature.safeParse(event.after).data
    if (!signed) return null
    const fault = await faultOfSignature(event, signed, confirmationOf(signed, [event.actor]))
    return fault && `Entry ${event.id}, the execution of approval ${event.resource}, ${fault}`
  }

  return {
    approvals,

    async faultOf(event: AuditEvent): Promise<string | null> {
      if (event.outcome !== 'SUCCEEDED') return null
      if (event.action === 'approve') return verify(event)
      if (event.action === 'override') return verifyOverride(event)
      if (event.action === 'confirmPasskey') {
        const { data } = confirmation.safeParse(event.after)
        if (data) {
          const others = confirmations.get(data.credentialId) ?? []
          confirmations.set(data.credentialId, [...others, event.actor])
        }
        return null
      }
      if (event.action !== 'registerPasskey') return null
      const { data } = registration.safeParse(event.after) // earlier versions did not keep the key
      if (data)
        registrations.set(data.credentialId, {
          actor: event.actor,
          publicKey: data.publicKey,
          at: event.at,
        })
      return null
    },
  }
}
