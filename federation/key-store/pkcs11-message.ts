/** The messages between a process of ours and the process of the PKCS#11 module. */
import type { JWK } from 'jose'
import type { KeyAttributes } from './store.ts'

/** Opens the token. It is the first message, so the PIN is in no argument and no variable of the process. */
export type OpenToken = { module: string; slot: string | null; pin: string; sessions: number }

/** `id` is the CKA_ID of the key in hexadecimal digits. */
export type TokenCall =
  | { op: 'open'; token: OpenToken }
  | { op: 'generate'; alg: string; id: string }
  | { op: 'adopt'; alg: string; id: string }
  | { op: 'sign'; alg: string; id: string; data: Uint8Array }
  | { op: 'describe'; id: string }
  | { op: 'destroy'; id: string }

export type Asked = { number: number; call: TokenCall }
/** `code`: of the standard, such as `CKR_PIN_INCORRECT`, or one of ours. */
export type Answered = { number: number; value?: TokenValue; failure?: { code: string; message: string } }

/** The public key that was generated or adopted, a signature, or attributes. */
export type TokenValue = { jwk?: JWK; signature?: Uint8Array; attributes?: KeyAttributes }

/** Our codes beside those of the standard. */
export const NO_SUCH_KEY = 'NO_SUCH_KEY'
export const NO_SUCH_TOKEN = 'NO_SUCH_TOKEN'
export const NOT_LOADED = 'NOT_LOADED'
export const NO_MECHANISM = 'NO_MECHANISM'
/** A key is there, but is not what was asked for. */
export const UNFIT_KEY = 'UNFIT_KEY'
export const PROCESS_ENDED = 'PROCESS_ENDED'

/** A failure with one of these codes. */
export class TokenError extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
