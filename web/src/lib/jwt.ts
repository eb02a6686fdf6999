/** Decodes the claims of a JWT. The server verifies the signature. */
import { isRecord } from '#lib/json/json.ts'

export function readClaims(jwt: string): Record<string, unknown> | undefined {
  const payload = jwt.split('.')[1]
  if (payload === undefined) return undefined
  try {
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (letter) =>
      letter.charCodeAt(0),
    )
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return isRecord(claims) ? claims : undefined
  } catch {
    // Not base64url or not JSON, so not a JWT.
    return undefined
  }
}
