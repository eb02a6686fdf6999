/** The API in this process, for commands on the server: they act as `cli:<user>`. */
import { randomUUID } from 'node:crypto'
import { execute, type GraphQLError, parse, subscribe } from 'graphql'
import type { Redis } from 'ioredis'
import { pino } from 'pino'
import type { Answer, Api, Variables } from '#server/cli/api/api.ts'
import { BYPASS } from '#server/cli/opened.ts'
import { maskError } from '#server/plugins/graphql-error.ts'
import { startBackend } from '#server/process/backend.ts'
import { type Installation, openInstallation } from '#server/process/installation.ts'
import { createServerLog } from '#server/process/log.ts'
import { createContextMaker } from '#server/schema/context-maker.ts'
import { schema } from '#server/schema/index.ts'
import { notingBypasses } from '#server/services/protection/approval.ts'
import type { ProtectedOperation } from '#server/services/protection/operation.ts'
import { connectRedisSocket } from '#store/connect.ts'

/** @throws ConfigurationError */
export async function openNear(namedAnchor: string | undefined): Promise<Api> {
  await using opened = new AsyncDisposableStack()
  const installation = await openInstallation()
  opened.defer(installation.close)
  const bypassed = new Set<ProtectedOperation>()
  const { context, work, close } = await openContext(installation, namedAnchor, bypassed)
  opened.defer(close)
  const log = createServerLog('error', pino.destination(process.stderr.fd))
  const mask = (errors: readonly GraphQLError[] | undefined) =>
    errors ? { errors: errors.map((error) => maskError(log, error)) } : {}
  const argsOf = (document: string, variableValues: Variables) => ({
    schema,
    document: parse(document),
    variableValues,
    contextValue: { ...context(), params: { variables: variableValues } },
  })
  const owned = opened.move()

  return {
    async send(document, variables) {
      const { data, errors } = await execute(argsOf(document, variables))
      return asJson({ data, ...mask(errors) })
    },
    async *follow(document, variables) {
      const events = await subscribe(argsOf(document, variables))
      if (!(Symbol.asyncIterator in events)) return yield asJson(mask(events.errors))
      for await (const { data, errors } of events) yield asJson({ data, ...mask(errors) })
    },
    work,
    async close() {
      await owned.disposeAsync()
      if (bypassed.size > 0) process.stderr.write(`${BYPASS}\n`)
    },
  }
}

/** As HTTP would send it: times are text. */
const asJson = (value: object): Answer => JSON.parse(JSON.stringify(value))

/** What resolvers need, as in an admin server, without one that listens. */
async function openContext(
  installation: Installation,
  namedAnchor: string | undefined,
  bypassed: Set<ProtectedOperation>,
) {
  await using opened = new AsyncDisposableStack()
  const { config, isServed } = installation
  const caller = notingBypasses(installation.caller, bypassed)
  const { connect, close } = await openRedis(installation)
  if (close) opened.defer(close)
  const options = { isWorker: true, mayLackKeys: true, ...(connect ? { connectRedis: connect } : {}) }
  const backend = await startBackend(config, pino({ level: 'silent' }), options)
  opened.defer(backend.close)
  const { anchors } = backend
  const { contextOf } = createContextMaker(config, backend)
  const context = () => {
    const requestId = randomUUID()
    const from = { address: '', requestId }
    return contextOf({ caller: { ...caller, requestId }, from, namedAnchor, onFailure: () => {} })
  }
  const work = async () => {
    if (!isServed || (await anchors.first.queue.countWorkers()) === 0) await backend.startRuns()
  }
  const owned = opened.move()
  return { context, work, close: () => owned.disposeAsync() }
}

/** No server is there. */
const UNREACHABLE = '/dev/null/redis.sock'

type Redises = { connect?: () => Redis; close?: () => Promise<void> }

/** Without a server, what is published counts for this command only: the next start publishes it again. */
async function openRedis({ isServed, redisSocket }: Installation): Promise<Redises> {
  if (isServed && redisSocket === undefined) return {}
  if (isServed) return { connect: () => connectRedisSocket(redisSocket ?? UNREACHABLE) }
  const { startEmbeddedRedis } = await import('#server/embedded/redis.ts') // absent from images
  return startEmbeddedRedis()
}
