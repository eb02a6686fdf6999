/** Starts the bare server, and lets it send the answers of another one. */
import type { BareAnswer } from './bare-server.ts'
import type { Endpoint } from './endpoint.ts'
import { launch, type MeasuredProgram } from './program.ts'
import { ask, type Request } from './request.ts'

export type Bare = Pick<MeasuredProgram, 'pid' | 'usage' | 'end'> & {
  url: string
  /** Takes over the answer of the server at `url`; returns its length. */
  imitate(url: string, endpoint: Endpoint, requests: readonly Request[]): Promise<number>
}

export async function startBare(): Promise<Bare> {
  const program = launch('test/bench/bare-server.ts')
  const [url] = await program.printed(/http:\S+/)
  return {
    pid: program.pid,
    url,
    usage: program.usage,
    end: program.end,
    async imitate(from, { name, signs = false }, [request]) {
      if (!request) throw new Error(`${name} has no request`)
      const { headers, body } = await ask(from, request)
      const signed = body.toString().split('.')[1] ?? ''
      const answer: BareAnswer = {
        headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name))),
        body: signs ? Buffer.from(signed, 'base64url').toString('base64') : body.toString('base64'),
        signs,
      }
      await program.ask(answer)
      return body.length
    },
  }
}

/** Headers that a server sets itself. */
const hopByHop = new Set(['connection', 'keep-alive', 'date', 'content-length', 'transfer-encoding'])
