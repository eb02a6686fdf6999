/** Looks at the TLS certificate of the public address from outside, whether a proxy or the federation server holds it. */
import { isIP } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'

const SOON_DAYS = 14
const DAY_MS = 86_400_000
const TIMEOUT_MS = 10_000

export async function checkCertificate(
  { protocol, hostname, port, origin }: URL,
  now: Date,
  signal: AbortSignal,
): Promise<{ message: string; isFault?: boolean }> {
  if (protocol !== 'https:') return { message: 'The public address has no certificate.' }
  const host = hostname.replace(/^\[|\]$/g, '')
  const seen = await readCertificate(host, Number(port || 443), signal).catch(describeError)
  // The console may have no way to the public address. Others watch whether it answers.
  if (typeof seen === 'string') return { message: `${origin} cannot be reached from here (${seen}).` }
  const { expiresAt, refusal } = seen
  const date = expiresAt.toISOString().slice(0, 10)
  if (expiresAt <= now) return { message: `The certificate of ${origin} expired on ${date}.`, isFault: true }
  if (refusal) return { message: `Clients refuse the certificate of ${origin}: ${refusal}.`, isFault: true }
  const isSoon = expiresAt.getTime() - now.getTime() < SOON_DAYS * DAY_MS
  return { message: `The certificate of ${origin} expires on ${date}.`, isFault: isSoon }
}

type Seen = { expiresAt: Date /** Why clients like this one refuse it. */; refusal: string | undefined }

function readCertificate(host: string, port: number, signal: AbortSignal): Promise<Seen> {
  // It is read even if it is refused, and nothing is sent.
  const servername = isIP(host) ? '' : host
  const socket = connect({ host, port, servername, rejectUnauthorized: false })
  const end = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
  return new Promise<Seen>((resolve, reject) => {
    socket.once('secureConnect', () => resolve(describe(socket)))
    socket.once('error', reject)
    const giveUp = () => reject(new Error('no answer within ten seconds'))
    end.addEventListener('abort', giveUp)
    if (end.aborted) giveUp()
  }).finally(() => socket.destroy())
}

function describe(socket: TLSSocket): Seen {
  const { authorized, authorizationError } = socket
  const expiresAt = new Date(socket.getPeerCertificate().valid_to)
  return { expiresAt, refusal: authorized ? undefined : String(authorizationError) }
}

const describeError = (error: Error): string => error.message
