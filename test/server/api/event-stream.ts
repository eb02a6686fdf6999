/** Reads server-sent events as the HTML standard says, without a library: the tests look at lines and comments. */
import { onTestFinished } from 'vitest'

export type ServerEvent = {
  event: string
  data: string
  /** Of data. */
  lines: number
}

export type Stream = {
  status: number
  headers: Headers
  /** The next event. @throws if the stream ends before */
  next(): Promise<ServerEvent>
  /** The next comment. @throws if the stream ends before */
  comment(): Promise<string>
  /** Whether nothing but the end follows. Waits for it. */
  isOver(): Promise<boolean>
  /** An answer that is no stream. */
  json(): Promise<unknown>
}

type Options = { key: string; method?: 'GET' | 'POST'; accept?: string }

/** The connection ends with the test. */
export async function openStream(
  url: string,
  body: object,
  { key, method = 'POST', accept = 'text/event-stream' }: Options,
): Promise<Stream> {
  const controller = new AbortController()
  onTestFinished(() => controller.abort())
  const response = await fetch(method === 'GET' ? withQuery(url, body) : url, {
    method,
    headers: { accept, 'x-api-key': key, ...(method === 'POST' && { 'content-type': 'application/json' }) },
    signal: controller.signal,
    ...(method === 'POST' && { body: JSON.stringify(body) }),
  })
  const blocks = blocksOf(response)
  async function nextBlock(isWanted: (block: string[]) => boolean): Promise<string[]> {
    for (;;) {
      const { done, value } = await blocks.next()
      if (done) throw new Error('The stream has ended.')
      if (isWanted(value)) return value
    }
  }
  return {
    status: response.status,
    headers: response.headers,
    next: async () => read(await nextBlock((lines) => lines.some((line) => !line.startsWith(':')))),
    comment: async () => (await nextBlock(([line = '']) => line.startsWith(':')))[0] ?? '',
    isOver: async () => (await blocks.next()).done === true,
    json: () => response.json(),
  }
}

function withQuery(url: string, body: object): string {
  const parameters = Object.entries(body).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  return `${url}?${new URLSearchParams(Object.fromEntries(parameters))}`
}

/** The lines between empty lines. */
async function* blocksOf(response: Response): AsyncGenerator<string[], void> {
  let rest = ''
  for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = (rest + part).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) yield block.split('\n')
  }
  if (rest) throw new Error(`The stream ended within an event: ${rest}`)
}

function read(lines: string[]): ServerEvent {
  const valuesOf = (field: string) =>
    lines.flatMap((line) => (line.startsWith(`${field}:`) ? [line.slice(field.length + 1).trimStart()] : []))
  const data = valuesOf('data')
  return { event: valuesOf('event').join(), data: data.join('\n'), lines: data.length }
}
