/** Sets up an authenticator app (RFC 6238) and its recovery codes. */
import { type Answer, ask, askAgain } from './request.ts'

export interface Enrolment {
  /** The content of the QR code. */
  totpURI: string
  /** Each works once; they are shown only now. */
  backupCodes: string[]
}

export const beginEnrolment = (password: string) => askAgain<Enrolment>('/two-factor/enable', { password })

/** The app is required from its first valid code on. */
export const finishEnrolment = (code: string): Promise<Answer<unknown>> =>
  ask('/two-factor/verify-totp', { code: code.replace(/\s/g, '') })

export const renewRecoveryCodes = (password: string) =>
  askAgain<Pick<Enrolment, 'backupCodes'>>('/two-factor/generate-backup-codes', { password })

/** The secret in groups of four, for typing instead of scanning. */
export const secretOf = (totpURI: string) =>
  (new URL(totpURI).searchParams.get('secret') ?? '').replace(/(.{4})(?=.)/g, '$1 ')
