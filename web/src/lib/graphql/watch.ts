/** Subscribes to the GraphQL API and reconnects. */
import type { AnyVariables } from '@urql/core'
import { createClient } from 'graphql-sse'
import { connection } from './connection.svelte.ts'
import { type Document, isUnknown, namedBy } from './document.ts'
import { headers, url } from './endpoint.ts'
import { noting } from './noting.ts'
import { hasCode } from './problem.ts'

/** Milliseconds between two attempts. Constant, because a federation has few operators. */
const RECONNECT_PAUSE = 3000

interface Listener<Data> {
  changed: (data: Data) => void
  /** After a gap, whose events are lost: read again. */
  resumed: () => void
  /** Whether this event is the last one, as at the end of a run. */
  isLast?: (data: Data) => boolean
}

/**
 * Calls `changed` for each event until the last one, until the returned function is called, or until the session is
 * refused. In an effect it starts again with the next session. Reconnects, also after a restart of the server. A hidden
 * page holds no connection, because browsers allow six per server. A function makes the variables of each connection.
 */
export function watch<Data, Variables extends AnyVariables>(
  subscription: Document<Data, Variables>,
  variables: Variables | ((isFirst: boolean) => Variables),
  { changed, resumed, isLast }: Listener<Data>,
): () => void {
  void connection.session
  const self = Symbol()
  let request: { query: string; extensions?: Record<string, unknown> } = {
    query: '',
    extensions: namedBy(subscription),
  }
  let isAgain = false
  /** Counts the connections, because a closed one still reports its end. */
  let current = 0
  let close: (() => void) | undefined
  let pause: ReturnType<typeof setTimeout> | undefined

  const events = createClient({
    url,
    headers,
    credentials: 'same-origin',
    retryAttempts: 0,
    fetchFn: async (input: RequestInfo, init: RequestInit) => {
      const response = await noting(fetch)(input, init)
      if (response.status === 401) connection.refused()
      if (response.status === 401 || response.status === 403) end()
      return response
    },
  })

  function open() {
    pause = undefined
    const connected = ++current
    const retry = () => connected === current && reconnect()
    close = events.subscribe<Data>(
      { ...request, variables: { ...(typeof variables === 'function' ? variables(!isAgain) : variables) } },
      {
        next({ data, errors }) {
          if (isUnknown(errors)) return sendText()
          if (data) changed(data)
          // The server answers in the stream, with the status 200.
          if (hasCode(errors, 'UNAUTHENTICATED')) connection.refused()
          if (errors || (data && isLast?.(data))) end()
        },
        error: retry,
        complete: retry,
      },
      {
        connected() {
          connection.restored(self)
          if (isAgain) resumed()
          isAgain = true
        },
      },
    )
  }

  function sendText() {
    request = { query: subscription.toString() }
    hangUp()
    open()
  }

  function reconnect() {
    close = undefined
    connection.lost(self)
    pause ??= setTimeout(open, RECONNECT_PAUSE)
  }

  function hangUp() {
    current++
    clearTimeout(pause)
    pause = undefined
    close?.()
    close = undefined
  }

  function onvisibilitychange() {
    if (document.hidden) hangUp()
    else if (!close && !pause) open()
  }

  function end() {
    document.removeEventListener('visibilitychange', onvisibilitychange)
    hangUp()
    connection.ended(self)
  }

  document.addEventListener('visibilitychange', onvisibilitychange)
  if (!document.hidden) open()
  return end
}
