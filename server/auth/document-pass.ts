/** Passes with which a session may send GraphQL documents that are not the console's, where only those are trusted. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '#server/clock.ts'

/** Seconds that a pass is valid. */
const VALIDITY_SECONDS = 3600

export type DocumentPass = { token: string; expiresAt: Date }

export interface DocumentPasses {
  /** For one session. */
  issue(sessionId: string): DocumentPass
  isValid(token: string, sessionId: string): boolean
}

/** A token holds its end in seconds and a signature with the secret, so every process verifies it without a store. */
export function createDocumentPasses(secret: string, now: Clock): DocumentPasses {
  const sign = (end: number, sessionId: string) =>
    createHmac('sha256', secret).update(`document pass\n${end}\n${sessionId}`).digest('base64url')

  return {
    issue(sessionId) {
      const end = Math.floor(now().getTime() / 1000) + VALIDITY_SECONDS
      return { token: `${end}.${sign(end, sessionId)}`, expiresAt: new Date(end * 1000) }
    },
    isValid(token, sessionId) {
      const [, digits, signature] = /^(\d{1,12})\.([\w-]{43})$/.exec(token) ?? []
      if (!digits || !signature) return false
      const end = Number(digits)
      const isSigned = timingSafeEqual(Buffer.from(signature), Buffer.from(sign(end, sessionId)))
      return isSigned && now().getTime() < end * 1000
    },
  }
}
