/** Measures the upper limit: bare `node:http` that sends given bytes, or signs them each time. */
import { createServer } from 'node:http'
import { createLocalSigner, type Signer } from '#core/jws.ts'
import { generateSigningKey } from '#core/keys.ts'

export type BareAnswer = {
  headers: Record<string, string>
  /** In base64. */
  body: string
  /** Whether to sign the body for each request, as an endpoint with time-dependent answers must. */
  signs: boolean
}

let answer: BareAnswer = { headers: {}, body: '', signs: false }
let bytes = Buffer.alloc(0)
const signer: Signer = await createLocalSigner(await generateSigningKey('ES256'))

const server = createServer(async (request, response) => {
  request.resume()
  const body = answer.signs ? Buffer.from(await signer.sign(bytes, { kid: signer.kid })) : bytes
  response.writeHead(200, { ...answer.headers, 'content-length': body.length }).end(body)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  process.stdout.write(`http://127.0.0.1:${address.port}\n`)
})
process.on('message', (told: BareAnswer | 'usage') => {
  if (told === 'usage') return // the probe answers that
  answer = told
  bytes = Buffer.from(told.body, 'base64')
  process.send?.('ready')
})
