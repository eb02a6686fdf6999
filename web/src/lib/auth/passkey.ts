/** Registers and uses passkeys with the browser and the server (WebAuthn level 3, §5.1). */
import { type Answer, ask, askAgain } from './request.ts'

export const arePasskeysPossible = () => 'PublicKeyCredential' in globalThis

/** The browser does not say whether the user closed its dialog or no passkey matched. */
const withdrawn = { problem: 'The passkey was not used. Try again, or sign in another way.', code: '' }

export async function signInWithPasskey(): Promise<Answer<unknown>> {
  const options = await ask<PublicKeyCredentialRequestOptionsJSON>('/passkey/generate-authenticate-options')
  if (!options.data) return options
  const response = await usePasskey(options.data)
  return response ? ask('/passkey/verify-authentication', { response }) : withdrawn
}

/** Undefined: the browser knows no passkey for these options, or the user closed its dialog. */
export async function usePasskey(options: PublicKeyCredentialRequestOptionsJSON): Promise<unknown> {
  try {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
    const credential = await navigator.credentials.get({ publicKey })
    return credential instanceof PublicKeyCredential ? credential.toJSON() : undefined
  } catch {
    return undefined
  }
}

export async function registerPasskey(name: string): Promise<Answer<unknown>> {
  const path = `/passkey/generate-register-options?${new URLSearchParams({ name })}`
  const options = await askAgain<PublicKeyCredentialCreationOptionsJSON>(path)
  if (!options.data) return options
  try {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options.data)
    const credential = await navigator.credentials.create({ publicKey })
    if (!(credential instanceof PublicKeyCredential)) return withdrawn
    return await ask('/passkey/verify-registration', { response: credential.toJSON(), name })
  } catch (error) {
    const isKnown = error instanceof DOMException && error.name === 'InvalidStateError'
    return isKnown ? { problem: 'This device holds a passkey for you already.', code: '' } : withdrawn
  }
}
