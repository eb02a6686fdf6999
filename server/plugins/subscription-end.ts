/** Ends subscriptions whose caller has changed (signed out, key revoked, role changed) or has gone. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ExecutionResult } from 'graphql'
import { isAsyncIterable, type Plugin } from 'graphql-yoga'
import type { RightsWatch } from '#server/auth/rights-watch.ts'
import type { Context } from '#server/schema/context.ts'

const over = { done: true, value: undefined } as const

export function endOfSubscriptions<Transport extends { req: FastifyRequest; reply: FastifyReply }>({
  watch,
}: RightsWatch): Plugin<Transport & Context> {
  return {
    onSubscribe: ({ args: { contextValue: context } }) => ({
      onSubscribeResult({ result, setResult }) {
        if (!isAsyncIterable(result) || !context.caller) return
        const events = result[Symbol.asyncIterator]()
        let isOver = false
        let answer = (_: typeof over) => {}
        const end = async () => {
          isOver = true
          stopWatching()
          answer(over) // the source may not end before its next event
          await events.return?.()
          return over
        }
        // No caller awaits the end.
        const endUnawaited = () => void end().catch(() => undefined)
        const stopWatching = watch(context.req.headers, context.caller, endUnawaited)
        // If the connection closes before the answer, Yoga starts no stream, and does not end the source.
        const { raw } = context.reply
        if (raw.destroyed) endUnawaited()
        else raw.once('close', endUnawaited)
        const watched: AsyncIterableIterator<ExecutionResult> = {
          next: () =>
            new Promise((resolve, reject) => {
              if (isOver) return resolve(over)
              answer = resolve
              events.next().then(
                (next) => {
                  if (next.done) stopWatching()
                  resolve(next)
                },
                (error: unknown) => {
                  stopWatching()
                  reject(error)
                },
              )
            }),
          return: end,
          throw: async (error) => {
            await end()
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
