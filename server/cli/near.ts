/** The API in this process, for commands on the server: they act as `cli:<user>`. */
import { randomUUID } from 'node:crypto'
import { execute, type GraphQLError, parse, subscribe } from 'graphql'
import type { Redis } from 'ioredis'
import { pino } from 'pino'
import { createAnchorChanges } from '#server/anchors/anchor-changes.ts'
import { openAnchors } from '#server/anchors/anchors.ts'
import { createAccounts } from '#server/auth/accounts.ts'
import { createAuth } from '#server/auth/auth.ts'
import { createDocumentPasses } from '#server/auth/document-pass.ts'
import { createOwnAccount } from '#server/auth/own-account.ts'
import type { Answer, Api, Variables } from '#server/cli/api/api.ts'
import { BYPASS } from '#server/cli/opened.ts'
import { maskError } from '#server/plugins/graphql-error.ts'
import { connectBackend } from '#server/process/backend.ts'
import { type Installation, openInstallation } from '#server/process/installation.ts'
import { createServerLog } from '#server/process/log.ts'
import { sentenceOf } from '#server/process/start-failure.ts'
import { openWebhookService } from '#server/process/webhooks.ts'
import { createPendingReader } from '#server/publish/pending.ts'
import type { Context } from '#server/schema/context.ts'
import { schema } from '#server/schema/index.ts'
import { createNewInvitations } from '#server/schema/new-invitations.ts'
import { createNameReader } from '#server/services/entity/known-name.ts'
import { createMailService } from '#server/services/mail/mails.ts'
import { runNotingBypasses } from '#server/services/protection/approval.ts'
import { createApprovals } from '#server/services/protection/approvals.ts'
import type { ProtectedOperation } from '#server/services/protection/operation.ts'
import { createProtectionService } from '#server/services/protection/protection.ts'
import { connectRedisSocket } from '#store/connect.ts'
import packageJson from '../../package.json' with { type: 'json' }

/** @throws ConfigurationError */
export async function openNear(namedAnchor: string | undefined): Promise<Api> {
  await using opened = new AsyncDisposableStack()
  const installation = await openInstallation()
  opened.defer(installation.close)
  const { context, work, close } = await openContext(installation, namedAnchor)
  opened.defer(close)
  const bypassed = new Set<ProtectedOperation>()
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
      const { data, errors } = await runNotingBypasses(bypassed, async () =>
        execute(argsOf(document, variables)),
      )
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

/** What resolvers need, as in an admin server (app.ts), without one that listens. */
async function openContext(installation: Installation, namedAnchor: string | undefined) {
  await using opened = new AsyncDisposableStack()
  const { config, caller, mail, now } = installation
  const log = pino({ level: 'silent' })
  const { connect, close } = await openRedis(installation)
  if (close) opened.defer(close)
  const place = connect ? { connectRedis: connect } : {}
  const backend = await connectBackend(config, log, { isWorker: true, ...place })
  opened.defer(backend.close)
  const { db } = backend
  const anchors = await openAnchors(backend, sentenceOf)
  opened.defer(anchors.close)
  const webhooks = openWebhookService(config, { db, now, findAnchor: (name) => anchors.find(name)?.slug })
  opened.defer(webhooks.close)
  const auth = createAuth(db, config, now)
  const { first } = anchors
  const services = {
    ...backend,
    ...first,
    db,
    anchors,
    anchorChanges: createAnchorChanges(backend, anchors),
    accounts: createAccounts({ db, auth, now, mail }),
    ownAccount: createOwnAccount(db, auth, createDocumentPasses(config.authSecret, now), now),
    mails: createMailService({ db, mail, now }),
    webhooks: webhooks.webhooks,
    auth,
    singleSignOn: config.singleSignOn,
    loginRedirectUrl: config.loginRedirectUrl,
    version: packageJson.version,
    approvals: createApprovals({
      db,
      databaseOf: (slug) => anchors.find(slug)?.running?.db ?? null,
      rpId: new URL(config.adminUrl).hostname,
      origins: config.trustedOrigins,
      now,
    }),
    protection: createProtectionService({ db, now, secondFactorGroups: config.secondFactorGroups }),
    isPending: createPendingReader(first.db),
    nameOf: createNameReader(first.db),
    onFailure: () => {},
    namedAnchor,
  }
  const context = (): Context => {
    const requestId = randomUUID()
    return {
      ...services,
      caller: { ...caller, requestId },
      requester: { address: '', requestId },
      newInvitations: createNewInvitations(new URL(config.loginRedirectUrl, config.adminUrl)),
    }
  }
  const work = async () => {
    if (!installation.isServed || (await first.queue.countWorkers()) === 0)
      await anchors.startWorkers({ keepsSchedules: false })
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
