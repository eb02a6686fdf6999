/** Runs one operation at a time: its result, or its events as they come. */
import { pretty } from '#lib/json/json.ts'
import { type Request, send } from './send.ts'

/** Older events are forgotten. */
const MOST_EVENTS = 100

export interface StreamEvent {
  /** Counts from 1. */
  number: number
  at: Date
  value: unknown
}

export interface Result {
  /** JSON, indented; as it came, if it is not JSON. Empty at the end of a stream. */
  text: string
  /** The status of HTTP; undefined without an answer. */
  status: number | undefined
  milliseconds: number
  /** Bytes, in UTF-8. */
  size: number
  /** Without an answer: why. */
  problem: string | undefined
}

const unreachable =
  'The server cannot be reached. It may not have executed the operation; try again in a moment.'
const brokenOff = 'The connection was lost. Subscribe again to receive further events.'

export function createRun() {
  let controller = $state.raw<AbortController>()
  let isStream = $state(false)
  let isStopped = $state(false)
  let result = $state.raw<Result>()
  let events = $state.raw<readonly StreamEvent[]>([])

  function take(text: string) {
    const number = (events[0]?.number ?? 0) + 1
    events = [{ number, at: new Date(), value: JSON.parse(text) }, ...events].slice(0, MOST_EVENTS)
  }

  return {
    get isRunning() {
      return controller !== undefined
    },
    /** Whether the present or last run was a subscription. */
    get isStream() {
      return isStream
    },
    /** Whether the user has stopped the last run. */
    get isStopped() {
      return isStopped
    },
    /** Of the last run, if it has ended without being stopped. */
    get result() {
      return result
    },
    /** Newest first. */
    get events() {
      return events
    },
    stop() {
      isStopped = controller !== undefined
      controller?.abort()
      controller = undefined
    },
    /** Replaces a run that has not ended. */
    async start(request: Request, isSubscription: boolean): Promise<void> {
      this.stop()
      const own = new AbortController()
      controller = own
      isStream = isSubscription
      isStopped = false
      result = undefined
      events = []
      const begin = performance.now()
      const onevent = isSubscription ? (text: string) => own === controller && take(text) : undefined
      const { signal } = own
      const outcome = await send(request, { signal, onevent }).catch(() => undefined)
      // It was stopped, or replaced by another.
      if (own !== controller) return
      controller = undefined
      const text = outcome?.text ?? ''
      result = {
        text: indented(text),
        status: outcome?.status,
        milliseconds: performance.now() - begin,
        size: new Blob([text]).size,
        problem: outcome ? undefined : events.length > 0 ? brokenOff : unreachable,
      }
    },
  }
}

function indented(text: string): string {
  try {
    return pretty(JSON.parse(text))
  } catch {
    return text // of a proxy
  }
}
