/** Ends what somebody listens to when they are no longer who they were: signed out, key revoked, role changed. */
import type { ExecutionResult } from 'graphql'
import { isAsyncIterable, type Plugin } from 'graphql-yoga'
import type { Caller } from '#server/identity/caller.ts'
import type { Context } from '#server/schema/context.ts'

/** So long may a stream outlive the right to it. */
const INTERVAL_MS = 5_000

/** `callerNow` tells who would be asking if the request of this context came again. */
export function endOfSubscriptions<Transport extends object>(
  callerNow: (context: Transport & Context) => Promise<Caller | null>,
): Plugin<Transport & Context> {
  return {
    onSubscribe: ({ args: { contextValue: context } }) => ({
      onSubscribeResult({ result, setResult }) {
        if (!isAsyncIterable(result)) return
        const events = result[Symbol.asyncIterator]()
        const timer = setInterval(async () => {
          const now = await callerNow(context).catch(() => context.caller) // an outage takes no rights
          if (!isSame(context.caller, now)) await stop().catch(() => undefined) // nobody waits for it
        }, INTERVAL_MS)
        timer.unref()

        async function stop() {
          clearInterval(timer)
          await events.return?.()
          return { done: true, value: undefined } as const
        }
        const watched: AsyncIterableIterator<ExecutionResult> = {
          next: async () => {
            const next = await events.next().catch((error: unknown) => {
              clearInterval(timer)
              throw error
            })
            if (next.done) clearInterval(timer)
            return next
          },
          return: stop,
          throw: async (error) => {
            await stop()
            throw error
          },
          [Symbol.asyncIterator]() {
            return watched
          },
        }
        setResult(watched)
      },
    }),
  }
}

function isSame(before: Caller | null, now: Caller | null): boolean {
  return before?.name === now?.name && before?.role === now?.role && before?.session?.id === now?.session?.id
}
