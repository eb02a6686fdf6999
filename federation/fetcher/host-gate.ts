/** Lets only so many requests at a time go to one host; the others wait in the order in which they came. */

export type HostGate = {
  /** Runs `work` when there is a place for `host`. Rejects with the signal's reason if that comes first. */
  run<Result>(host: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result>
}

type Host = { running: number; waiting: (() => void)[] }

export function createHostGate(perHost: number): HostGate {
  const hosts = new Map<string, Host>()

  function leave(name: string, host: Host) {
    const next = host.waiting.shift()
    if (next) return next() // the place is handed over, so the number running stays
    host.running -= 1
    if (host.running === 0) hosts.delete(name)
  }

  return {
    async run(name, signal, work) {
      const host = hosts.get(name) ?? { running: 0, waiting: [] }
      hosts.set(name, host)
      if (host.running < perHost) host.running += 1
      else await place(host, signal)
      try {
        return await work()
      } finally {
        leave(name, host)
      }
    },
  }
}

/** Waits until a place is handed over; one who gives up leaves the queue. */
function place(host: Host, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const giveUp = () => {
    host.waiting.splice(host.waiting.indexOf(enter), 1)
    reject(signal.reason)
  }
  const enter = () => {
    signal.removeEventListener('abort', giveUp)
    resolve()
  }
  if (signal.aborted) return Promise.reject(signal.reason)
  host.waiting.push(enter)
  signal.addEventListener('abort', giveUp, { once: true })
  return promise
}
