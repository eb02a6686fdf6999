/** What the command line was asked for and did not do stands in the audit log. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { inmor } from '#test/helpers/product.ts'

let admin: TestAdmin
beforeAll(async () => {
  admin = await startAdmin()
})
afterAll(() => admin.close())

test.for<[args: string[], entry: object]>([
  [
    ['user', 'create', '--username=viewer'],
    { action: 'createUser', resourceType: 'User', resource: 'viewer', reason: /^CONFLICT: / },
  ],
  [
    ['user', 'set-password', '--username=nobody'],
    { action: 'resetUserPassword', resource: 'nobody', reason: /^NOT_FOUND: / },
  ],
  [
    ['apikey', 'create', '--username=nobody', '--key-name=x'],
    { action: 'createApiKey', resourceType: 'ApiKey', resource: 'nobody', reason: /^NOT_FOUND: / },
  ],
  [['apikey', 'revoke', 'nothing'], { action: 'revokeApiKey', resource: 'nothing', reason: /^NOT_FOUND: / }],
  [['keys', 'switch'], { action: 'switchSigningKey', resourceType: 'SigningKey', reason: /^NOT_FOUND: / }],
  [
    ['keys', 'retire', 'nothing'],
    { action: 'retireSigningKey', resource: 'nothing', reason: /^NOT_FOUND: / },
  ],
  [
    ['keys', 'revoke', 'nothing', '--reason=superseded'],
    { action: 'revokeSigningKey', resource: 'nothing', reason: /^NOT_FOUND: / },
  ],
  [['restore', '/nowhere/backup'], { action: 'restore', resourceType: 'TrustAnchor', reason: /^FAILED: / }],
])('%s', async ([args, { reason, ...entry }]: [string[], { reason?: RegExp }]) => {
  const { entityId, databaseUrl, redisUrl, keysDirectory, authSecret } = admin.config
  const environment = {
    ...{ TA_DOMAIN: entityId, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl },
    ...{ KEYS_DIR: keysDirectory, AUTH_SECRET: authSecret, ALLOW_HTTP: 'true' },
  }
  const before = await admin.server.db.auditEvent.count()
  const { code, stderr } = await inmor({ environment }, args)
  expect(code, stderr).toBe(1)
  expect(await admin.server.db.auditEvent.count()).toBe(before + 1)
  expect(await admin.server.db.auditEvent.findFirst({ orderBy: { id: 'desc' } })).toMatchObject({
    actor: expect.stringMatching(/^cli:/),
    method: 'cli',
    outcome: 'FAILED',
    reason: expect.stringMatching(reason ?? /./),
    ...entry,
  })
})
