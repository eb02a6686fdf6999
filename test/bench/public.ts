/** Compares the public endpoints with a bare server that sends the same bytes, for several numbers of subordinates. */
import { once } from 'node:events'
import { type IncomingMessage, request as sendRequest } from 'node:http'
import type { Request } from 'autocannon'
import { type Anchor, startAnchor } from './anchor.ts'
import type { BareAnswer } from './bare-server.ts'
import { type Endpoint, endpoints } from './endpoint.ts'
import { compare, type Load, type Rate } from './measure.ts'
import { launch, type MeasuredProgram } from './program.ts'

export type PublicResult = {
  endpoint: Endpoint
  subordinates: number
  ours: Rate
  bare: Rate
  /** Bytes of one answer, and of memory afterwards. */
  bytes: number
  memory: number
}

export type Effort = { sizes: readonly number[]; seconds: number; rounds: number }

export async function measurePublic(
  effort: Effort,
  report: (result: PublicResult) => void,
): Promise<PublicResult[]> {
  const bare = launch('test/bench/bare-server.ts')
  const [bareUrl] = await bare.printed(/http:\S+/)
  const results: PublicResult[] = []
  for (const subordinates of effort.sizes) {
    const anchor = await startAnchor(subordinates)
    for (const endpoint of endpoints) {
      const requests = endpoint.requests(anchor.filled)
      const bytes = await imitate(bare, anchor, endpoint, requests[0])
      const load: Load = { server: anchor, url: anchor.url, requests }
      const [ours, theirs] = await compare(load, { server: bare, url: bareUrl, requests }, effort)
      const { memory } = await anchor.usage()
      const result = { endpoint, subordinates, ours, bare: theirs, bytes, memory }
      results.push(result)
      report(result)
    }
    await anchor.close()
  }
  await bare.end()
  return results
}

/** Gives the bare server our answer; returns its length. */
async function imitate(
  bare: MeasuredProgram,
  { url }: Anchor,
  { name, signs = false }: Endpoint,
  asked: Request = {},
): Promise<number> {
  const { headers, status, body } = await request(url, asked)
  if (status !== 200) throw new Error(`${name} answers ${status}: ${body}`)
  const payload = body.toString().split('.')[1] ?? ''
  const told: BareAnswer = {
    headers: Object.fromEntries(Object.entries(headers).filter(([header]) => !hopByHop.has(header))),
    body: signs ? Buffer.from(payload, 'base64url').toString('base64') : body.toString('base64'),
    signs,
  }
  await bare.ask(told)
  return body.length
}

/** As it is sent, which `fetch` would decompress. */
async function request(base: string, { path = '/', method = 'GET', headers = {}, body }: Request) {
  const sent = sendRequest(`${base}${path}`, { method, headers }).end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  const names = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as const)
  return {
    headers: Object.fromEntries(names),
    status: answer.statusCode,
    body: Buffer.concat(await answer.toArray()),
  }
}

/** Headers that a server sets itself. */
const hopByHop = new Set(['connection', 'keep-alive', 'date', 'content-length', 'transfer-encoding'])
