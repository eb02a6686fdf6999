/** Tests that refusals of the REST API appear in the audit log, like those of GraphQL. */
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { restInFile } from '#test/helpers/rest.ts'

let since = 0
const type = 'https://ta.example.org/marks/member'
const unreachable = 'http://127.0.0.1:1'

const admin = adminInFile()
const rest = restInFile(admin)
beforeAll(() => rest.call('POST', '/trustmarktypes', { tmtype: type }))
beforeEach(async () => {
  since = (await admin.server.db.auditHead.findFirstOrThrow()).lastId
})

const entries = () =>
  admin.server.db.auditEvent.findMany({ where: { id: { gt: since } }, orderBy: { id: 'asc' } })

it.for<[method: string, path: string, body: object | undefined, entry: object]>([
  ['POST', '/server/entity', undefined, { action: 'regenerateEntityConfiguration' }],
  ['POST', '/server/historical_keys', undefined, { action: 'publishHistoricalKeys' }],
  ['POST', '/subordinates', { entityid: unreachable }, { action: 'registerSubordinate' }],
  ['POST', '/subordinates/1', { active: false }, { action: 'updateSubordinate', resource: '1' }],
  ['POST', '/subordinates/1/renew', undefined, { action: 'renewSubordinate', resource: '1' }],
  ['POST', '/trustmarktypes', { tmtype: type }, { action: 'createTrustMarkType' }],
  ['PUT', '/trustmarktypes/1', { active: false }, { action: 'updateTrustMarkType', resource: '1' }],
  ['POST', '/trustmarks', { tmt: 1, domain: unreachable }, { action: 'issueTrustMark' }],
  ['POST', '/trustmarks/1/renew', undefined, { action: 'renewTrustMark', resource: '1' }],
  ['PUT', '/trustmarks/1', { active: false }, { action: 'updateTrustMark', resource: '1' }],
])('%s %s without the right', async ([method, path, body, entry]) => {
  expect((await rest.call(method, path, body, 'viewer')).status).toBe(403)
  expect(await entries()).toMatchObject([
    {
      actor: 'viewer',
      method: 'api_key',
      address: '127.0.0.1',
      outcome: 'REFUSED',
      reason: 'FORBIDDEN: The role viewer may not do this.',
      ...entry,
    },
  ])
})

it.for<[what: string, method: string, path: string, body: object | string | undefined, entry: object]>([
  [
    'an entity that cannot be reached',
    ...(['POST', '/subordinates', { entityid: unreachable }] as const),
    {
      action: 'registerSubordinate',
      resource: unreachable,
      reason: expect.stringMatching(/^ENTITY_REJECTED: /),
    },
  ],
  [
    'an entity with an invalid identifier',
    ...(['POST', '/subordinates', { entityid: 'ftp://rp.example.org' }] as const),
    { action: 'registerSubordinate', reason: expect.stringMatching(/^INVALID_INPUT: /) },
  ],
  [
    'an unknown object',
    ...(['POST', '/trustmarks/99/renew', undefined] as const),
    { action: 'renewTrustMark', resource: '99', reason: expect.stringMatching(/^NOT_FOUND: /) },
  ],
  [
    'an existing object',
    ...(['POST', '/trustmarktypes', { tmtype: type }] as const),
    {
      action: 'createTrustMarkType',
      resourceType: 'TrustMarkType',
      resource: type,
      reason: expect.stringMatching(/^CONFLICT: /),
    },
  ],
  [
    'a body with the wrong shape',
    ...(['POST', '/trustmarktypes', { tmtype: type, valid_for: 'long' }] as const),
    { action: 'createTrustMarkType', reason: expect.stringMatching(/^INVALID_INPUT: /) },
  ],
  [
    'a body that is not JSON',
    ...(['POST', '/trustmarktypes', '{"tmtype": '] as const),
    { action: 'createTrustMarkType', reason: expect.stringMatching(/^INVALID_INPUT: /) },
  ],
])('%s', async ([, method, path, body, entry]) => {
  expect((await rest.call(method, path, body, 'operator')).status).toBeGreaterThanOrEqual(400)
  expect(await entries()).toMatchObject([{ actor: 'operator', outcome: 'FAILED', ...entry }])
})

it('logs neither anonymous calls nor reads', async () => {
  await rest.call('POST', '/server/entity', undefined, null)
  await rest.call('GET', '/trustmarktypes/99', undefined, 'viewer')
  await rest.call('POST', '/subordinates/fetch-config', { url: unreachable }, 'viewer')
  expect(await entries()).toEqual([])
})
