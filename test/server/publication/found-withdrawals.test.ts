/** Tests an older database beside a newer Redis: what was withdrawn meanwhile is served at no moment, and a person decides. */
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { writeBackup } from '#server/backup/backup.ts'
import { restoreBackup } from '#server/backup/restore.ts'
import type { AdminServer } from '#server/process/start.ts'
import { adminInFile, type GraphQLAnswer, startSecondAdmin } from '#test/helpers/admin.ts'
import { startDatabase } from '#test/helpers/database.ts'
import { folderInFile, inTest } from '#test/helpers/in-file.ts'
import { mutationOf, successOf } from '#test/helpers/mutation.ts'
import { patience } from '#test/helpers/patience.ts'
import { entryOf, statusIn } from '#test/helpers/status-list.ts'
import { listed, memberInFile, register } from '#test/helpers/subordinate.ts'
import { subject, trustMarksOf } from '#test/helpers/trust-mark.ts'

const file = join(folderInFile('inmor-withdrawals'), 'backup')
const admin = adminInFile()
const [kept, removed] = [memberInFile(admin), memberInFile(admin)]
const [suspended, later] = [memberInFile(admin), memberInFile(admin)]
const { createType, issueOf, change, statusOf } = trustMarksOf(() => admin)
let type: string
let revoked: string
/** Issued and revoked after the backup. */
let lost: string

beforeAll(async () => {
  await register(admin, kept)
  const { id } = await register(admin, removed)
  const { id: other } = await register(admin, suspended)
  type = (await createType({ statusList: true })).type
  const { id: markId, mark } = await issueOf(type)
  revoked = mark.jwt
  await issueOf(type, { entityId: kept.id })
  await writeBackup(admin.config, file, null)
  await admin.mutate('removeSubordinate', { id }, '')
  await admin.mutate('deactivateSubordinate', { id: other }, 'id')
  await change('revoke', markId)
  const another = await issueOf(type, { entityId: removed.id })
  lost = another.mark.jwt
  await change('revoke', another.id)
  await register(admin, later)
  await admin.server.publisher.flush(20_000)
  await admin.server.publisher.stop() // its database is not the one of the installation any more
})

/** What the endpoints serve of what was withdrawn. */
async function servedWithdrawn(): Promise<unknown[]> {
  const serves = async (path: string, parameters: Record<string, string>) =>
    (await admin.get(path, parameters)).ok ? [`${path} ${JSON.stringify(parameters)}`] : []
  const [status, list, bits, ...others] = await Promise.all([
    statusOf(revoked),
    listed(admin),
    admin.get('/status_list/1').then((response) => response.text()),
    serves('/fetch', { sub: removed.id }),
    serves('/fetch', { sub: suspended.id }),
    serves('/resolve', { sub: removed.id, trust_anchor: admin.entityId }),
    serves('/trust_mark', { trust_mark_type: type, sub: subject }),
  ])
  return [
    ...others.flat(),
    ...(status === 'active' ? ['status'] : []),
    ...[revoked, lost].filter((mark) => statusIn(bits, mark) === 0),
    ...list.filter((entityId) => entityId === removed.id || entityId === suspended.id),
  ]
}

/** Asks again and again until it is ended. */
function watch() {
  const seen = { served: [] as unknown[], rounds: 0, end: false }
  const done = (async () => {
    for (; !seen.end; seen.rounds += 1) seen.served.push(...(await servedWithdrawn()))
  })()
  onTestFinished(() => {
    seen.end = true
    return done
  })
  return {
    rounds: () => seen.rounds,
    async end() {
      seen.end = true
      await done
      return seen.served
    },
  }
}

/** A server on the restored backup, whose everything is published. */
async function startRestored(redisUrl = admin.config.redisUrl): Promise<AdminServer> {
  const { url: databaseUrl } = await inTest(startDatabase())
  await restoreBackup(databaseUrl, file, null)
  const server = await inTest(startSecondAdmin(admin, { databaseUrl, redisUrl }))
  await server.publisher.flush(60_000)
  await vi.waitFor(async () => {
    const { lastError } = await server.db.publisherLease.findFirstOrThrow()
    expect([await server.db.outboxEntry.count(), lastError]).toEqual([0, null])
  }, patience)
  return server
}

const alertOf = async ({ anchors }: AdminServer) =>
  (await anchors.first.alerts.list()).find(({ code }) => code === 'WITHDRAWALS_FOUND')

async function ask({ app }: AdminServer, name: string, input: object, selection: string) {
  const { port } = app.server.address() as AddressInfo // it listens
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': admin.keys.operator },
    body: JSON.stringify({ query: mutationOf(name, selection), variables: { input } }),
  })
  const { data, errors } = (await response.json()) as GraphQLAnswer
  if (!data) throw new Error(JSON.stringify(errors))
  // biome-ignore lint/suspicious/noExplicitAny: the selection defines the shape
  return successOf<any>(name, data.result) ?? data.result
}

const decide = (server: AdminServer, input: object) => ask(server, 'decideWithdrawals', input, 'decided')

it('serves at no moment what was withdrawn after the backup, and names it', {
  tags: 'fault/database-older',
}, async () => {
  const watched = watch()
  const server = await startRestored()
  const rounds = watched.rounds()
  await vi.waitFor(() => expect(watched.rounds()).toBeGreaterThan(rounds + 1), patience)
  expect(await watched.end()).toEqual([])
  expect(await listed(admin)).toEqual([kept.id])
  const alert = await alertOf(server)
  expect(alert).toMatchObject({ severity: 'CRITICAL', size: 4 })
  for (const name of [
    `${removed.id} (removed)`,
    `${suspended.id} (deactivated)`,
    `${later.id} (not in the database)`,
    `${subject} (revoked mark ${type})`,
  ])
    expect(alert?.message).toContain(name)
})

it('keeps them withdrawn when the same backup is restored again, until they are accepted', {
  tags: ['mutation/decideWithdrawals/success', 'mutation/decideWithdrawals/audit'],
}, async () => {
  const watched = watch()
  const server = await startRestored()
  expect(await alertOf(server)).toMatchObject({ size: 3 }) // the member that was lost is not published any more
  const { protection } = server.installation
  await protection.create({ data: { operations: ['MEMBERS'] } })
  await expect(decide(server, { decision: 'ACCEPT' })).rejects.toThrow('APPROVAL_REQUIRED')
  await protection.deleteMany()
  expect(await decide(server, { decision: 'ACCEPT' })).toEqual({ decided: 3 })
  expect(await alertOf(server)).toBeUndefined()
  expect(await watched.end()).toEqual([])
  expect(await server.db.subordinate.findMany({ where: { entityId: removed.id } })).toEqual([])
  expect(
    await server.db.auditEvent.findMany({
      where: { action: { in: ['decideWithdrawals', 'removeSubordinate'] }, outcome: 'SUCCEEDED' },
      select: { action: true, actor: true, resource: true },
      orderBy: { id: 'asc' },
    }),
  ).toEqual([
    { action: 'decideWithdrawals', actor: 'operator', resource: admin.entityId },
    { action: 'removeSubordinate', actor: 'operator', resource: removed.id },
  ])
})

it('publishes them again on purpose', { tags: 'mutation/decideWithdrawals/NotFoundError' }, async () => {
  const server = await startRestored()
  const entityIds = [removed.id, subject]
  expect(await decide(server, { decision: 'PUBLISH', entityIds })).toEqual({ decided: 2 })
  await vi.waitFor(async () => expect(await listed(admin)).toContain(removed.id), patience)
  await vi.waitFor(async () => expect(await statusOf(revoked)).toBe('active'), patience)
  expect(await listed(admin)).not.toContain(suspended.id)
  expect(await alertOf(server)).toMatchObject({ size: 1 })
  expect(await decide(server, { decision: 'PUBLISH', entityIds })).toMatchObject({ code: 'NOT_FOUND' })
  const bits = await (await admin.get('/status_list/1')).text()
  expect([revoked, lost].map((mark) => statusIn(bits, mark))).toEqual([0, 1])
  // A new mark gets no entry that a lost one may have.
  const issue = await ask(
    server,
    'issueTrustMark',
    { trustMarkType: type, entityId: later.id },
    'mark { jwt }',
  )
  expect(entryOf(issue.mark.jwt).uri).not.toBe(entryOf(lost).uri)
})

it('compares nothing with an empty Redis', async () => {
  await admin.redis.client.flushall()
  const server = await startRestored()
  await vi.waitFor(
    async () => expect(await listed(admin)).toEqual([kept.id, removed.id, suspended.id].sort()),
    patience,
  )
  expect(await alertOf(server)).toBeUndefined()
})
