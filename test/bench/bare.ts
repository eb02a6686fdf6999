/** The upper limit: bare `node:http` that sends the answer of another server, or signs it each time. As a program, serves. */
import { createServer } from 'node:http'
import { createLocalSigner } from '#core/jws.ts'
import { generateSigningKey } from '#core/keys.ts'
import { ask, type Endpoint, type Request } from './endpoint.ts'
import { launch } from './program.ts'

type Answer = {
  headers: Record<string, unknown>
  /** In base64. */
  body: string
  /** Whether to sign the body for each request, as an endpoint with time-dependent answers must. */
  signs: boolean
}

/** Headers that a server sets itself. */
export const hopByHop = ['connection', 'keep-alive', 'date', 'content-length', 'transfer-encoding']

export async function startBare() {
  const program = await launch('test/bench/bare.ts', /http:\S+/)
  return {
    ...program,
    url: program.printed[0],
    /** Takes over the answer of the server at `from`; returns its length. */
    async imitate(from: string, { name, signs = false }: Endpoint, [request]: readonly Request[]) {
      if (!request) throw new Error(`${name} has no request`)
      const { headers, body } = await ask(from, request)
      const sent = signs ? Buffer.from(body.toString().split('.')[1] ?? '', 'base64url') : body
      const kept = Object.entries(headers).filter(([header]) => !hopByHop.includes(header))
      const answer: Answer = { headers: Object.fromEntries(kept), body: sent.toString('base64'), signs }
      await program.ask(answer)
      return body.length
    },
  }
}

async function serve(): Promise<void> {
  const signer = await createLocalSigner(await generateSigningKey('ES256'))
  let [headers, bytes, signs] = [{}, Buffer.alloc(0), false]
  const server = createServer(async (request, response) => {
    request.resume()
    const body = signs ? Buffer.from(await signer.sign(bytes, { kid: signer.kid })) : bytes
    response.writeHead(200, { ...headers, 'content-length': body.length }).end(body)
  })
  process.on('message', (answer: Answer) => {
    ;({ headers, signs } = answer)
    bytes = Buffer.from(answer.body, 'base64')
    process.send?.('ready')
  })
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    process.stdout.write(`http://127.0.0.1:${typeof address === 'object' && address?.port}\n`)
  })
}

if (import.meta.main) await serve()
