/** Streams the list of alerts after each change of it. */
import type { Alert, AlertService } from '#server/alerts/alerts.ts'
import { leaveCall } from '#server/identity/origin.ts'
import { createEventStream, type EventStream } from '#server/live/event-stream.ts'

/** Milliseconds between two reads, while there are subscribers. */
const INTERVAL_MS = 5_000

export type AlertWatch = {
  /** Yields the present list, then each other one. */
  follow(): AsyncIterable<Alert[]>
  /** Ends every stream. */
  close(): void
}

/** Polls, because time alone makes and ends alerts. All subscribers share one read. */
export function watchAlerts({ list }: Pick<AlertService, 'list'>): AlertWatch {
  const streams = new Map<EventStream<Alert[]>, string>()
  let timer: NodeJS.Timeout | undefined

  async function look(): Promise<void> {
    const alerts = await list().catch(() => null) // the next successful read reports it
    if (alerts) deliver(alerts)
    clearTimeout(timer) // each new subscriber reads, but only the last read is followed by another
    if (streams.size > 0) timer = leaveCall(setTimeout, look, INTERVAL_MS)
  }

  function deliver(alerts: Alert[]): void {
    const description = JSON.stringify(alerts)
    for (const [stream, before] of streams) {
      if (before === description) continue
      streams.set(stream, description)
      stream.push(alerts)
    }
  }

  return {
    follow() {
      const stream: EventStream<Alert[]> = createEventStream(() => {
        streams.delete(stream)
        if (streams.size === 0) clearTimeout(timer)
      })
      streams.set(stream, '')
      void look()
      return stream
    },
    close() {
      for (const stream of [...streams.keys()]) stream.end()
    },
  }
}
