/** Simulates a passkey device: answers both WebAuthn ceremonies like a browser (Web Authentication, §5.1 and §6). */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

type Options = { challenge: string }
export type Authenticator = {
  register(options: Options & { rp: { id: string } }): object
  authenticate(options: Options & { rpId: string }): object
}

/** User present and user verified: bits of the authenticator data. */
const USER_PRESENT = 0x01
const USER_VERIFIED = 0x04
const HAS_CREDENTIAL = 0x40

/** `origin` is the page's; without `verifiesUser` the device does not verify its user. */
export function createAuthenticator(origin: string, { verifiesUser = true } = {}): Authenticator {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const id = randomBytes(32)
  const flags = USER_PRESENT | (verifiesUser ? USER_VERIFIED : 0)
  let counter = 0

  const clientData = (type: string, challenge: string) =>
    Buffer.from(JSON.stringify({ type, challenge, origin }))
  const credential = (response: object) => ({
    id: id.toString('base64url'),
    rawId: id.toString('base64url'),
    type: 'public-key',
    clientExtensionResults: {},
    response,
  })
  const authenticatorData = (rpId: string, more: number, ...rest: Buffer[]) =>
    Buffer.concat([hash(Buffer.from(rpId)), Buffer.of(flags | more), uint32(++counter), ...rest])

  return {
    register({ challenge, rp }) {
      const key = map([
        [integer(1), integer(2)],
        [integer(3), integer(-7)],
        [integer(-1), integer(1)],
        [integer(-2), bytes(Buffer.from(x, 'base64url'))],
        [integer(-3), bytes(Buffer.from(y, 'base64url'))],
      ])
      const attested = [Buffer.alloc(16), Buffer.of(0, id.length), id, key]
      const data = authenticatorData(rp.id, HAS_CREDENTIAL, ...attested)
      const attestation = map([
        [text('fmt'), text('none')],
        [text('attStmt'), map([])],
        [text('authData'), bytes(data)],
      ])
      return credential({
        clientDataJSON: clientData('webauthn.create', challenge).toString('base64url'),
        attestationObject: attestation.toString('base64url'),
        transports: ['internal'],
      })
    },
    authenticate({ challenge, rpId }) {
      const data = authenticatorData(rpId, 0)
      const client = clientData('webauthn.get', challenge)
      return credential({
        clientDataJSON: client.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: sign('sha256', Buffer.concat([data, hash(client)]), privateKey).toString('base64url'),
      })
    },
  }
}

const hash = (data: Buffer) => createHash('sha256').update(data).digest()

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32BE(value)
  return buffer
}

/** As much of CBOR (RFC 8949) as the ceremonies need: lengths below 256, integers below 24. */
function head(major: number, length: number): Buffer {
  return length < 24 ? Buffer.of((major << 5) | length) : Buffer.of((major << 5) | 24, length)
}
const integer = (value: number) => (value >= 0 ? head(0, value) : head(1, -1 - value))
const bytes = (value: Buffer) => Buffer.concat([head(2, value.length), value])
const text = (value: string) => Buffer.concat([head(3, value.length), Buffer.from(value)])
const map = (entries: [Buffer, Buffer][]) => Buffer.concat([head(5, entries.length), ...entries.flat()])
