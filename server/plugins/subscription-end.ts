/** Ends subscriptions whose caller has changed: signed out, key revoked or role changed. */
import type { ExecutionResult } from 'graphql'
import { isAsyncIterable, type Plugin } from 'graphql-yoga'
import type { Caller } from '#server/identity/caller.ts'
import type { Context } from '#server/schema/context.ts'

/** Longest time that a stream outlives its caller's rights. */
const INTERVAL_MS = 5_000

/** `callerNow` identifies the current caller of the request in a context. */
export function endOfSubscriptions<Transport extends object>(
  callerNow: (context: Transport & Context) => Promise<Caller | null>,
): Plugin<Transport & Context> {
  return {
    onSubscribe: ({ args: { contextValue: context } }) => ({
      onSubscribeResult({ result, setResult }) {
        if (!isAsyncIterable(result)) return
        const events = result[Symbol.asyncIterator]()
        const timer = setInterval(async () => {
          const now = await callerNow(context).catch(() => context.caller) // an outage changes no rights
          if (!isSame(context.caller, now)) await stop().catch(() => undefined) // no caller awaits it
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
  return rightsOf(before) === rightsOf(now)
}

function rightsOf(caller: Caller | null): string {
  if (!caller) return ''
  const { name, role, grants, organizations, session } = caller
  return JSON.stringify([
    name,
    role,
    session?.id,
    grants && { ...grants, anchors: [...grants.anchors] },
    organizations && [...organizations],
  ])
}
