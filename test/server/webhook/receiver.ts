/** A receiver of webhooks on loopback. It verifies each event with the library of Standard Webhooks. */
import type { RequestListener, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import { startRawServer } from '#test/federation/raw-server.ts'
import { inTest } from '#test/helpers/in-file.ts'

export type Received = {
  id: string
  headers: Record<string, string>
  body: string
  // biome-ignore lint/suspicious/noExplicitAny: the test defines the shape of the event
  event: any
}

export type Receiver = {
  url: string
  /** The events that it has taken or refused, in the order of their arrival. */
  received: Received[]
  /** Verifies with this secret from now on. */
  trust(secret: string): void
  /** Away, it cuts each connection. */
  isAway: boolean
  /** What it does after verification; by default it answers 204. */
  answer(how: (response: ServerResponse) => unknown): void
}

/** Ends with its test. */
export async function startReceiver(): Promise<Receiver> {
  const receiver = await inTest(openReceiver())
  return receiver
}

/** An event that does not verify is answered with 401 and not noted. */
export async function openReceiver(): Promise<Receiver & { close(): Promise<void> }> {
  let library: Webhook | undefined
  let how: (response: ServerResponse) => unknown = take
  const received: Received[] = []
  const listener: RequestListener = async (request, response) => {
    if (receiver.isAway) return void request.socket.destroy()
    const body = await text(request)
    const headers = request.headers as Record<string, string> // none of these comes twice
    try {
      const event = library ? library.verify(body, headers) : JSON.parse(body)
      received.push({ id: String(headers['webhook-id']), headers, body, event })
    } catch {
      return void response.writeHead(401).end()
    }
    await how(response)
  }
  const { url, close } = await startRawServer(listener)
  const receiver = {
    url: `${url}/hook`,
    received,
    isAway: false,
    close,
    trust: (secret: string) => {
      library = new Webhook(secret)
    },
    answer: (given: typeof how) => {
      how = given
    },
  }
  return receiver
}

export const take = (response: ServerResponse) => void response.writeHead(204).end()
export const answerWith = (status: number) => (response: ServerResponse) =>
  void response.writeHead(status).end()

/** What the received events are about. */
export const subjects = ({ received }: Pick<Receiver, 'received'>) =>
  received.map(({ event }) => event.subject)
