/** Requests wait for an operator, for those who want to know. */
import { layOut, type Message, plural } from '#server/mail/layout.ts'

export type RequestsWait = {
  anchor: string
  /** The number of requests; the first ones are named. */
  count: number
  /** Each as a sentence. */
  named: readonly string[]
  link: string
  stopUrl: string
}

export function requestsWait({ anchor, count, named, link, stopUrl }: RequestsWait): Message {
  const more = count > named.length ? [`and ${count - named.length} more`] : []
  const wait = count === 1 ? 'waits' : 'wait'
  return layOut({
    subject: `${plural(count, 'request')} ${wait} at ${anchor}`,
    blocks: [
      `${plural(count, 'request')} ${wait} for the operators of ${anchor}.`,
      { list: [...named, ...more] },
      { link, label: 'Show the requests' },
    ],
    footer: [
      `You receive this because you chose messages about requests at ${anchor}.`,
      `To stop these messages, turn them off in your account: ${stopUrl}`,
    ],
  })
}
