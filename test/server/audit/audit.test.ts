/** Tests the audit log: one entry for each change, with the values before and after, and one for each failure. */
import { describe, expect, it } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { startEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { eachRow } from '#test/helpers/rows.ts'

const admin = adminInFile()
const entity = inFile(() =>
  startEntity({
    metadata: { openid_relying_party: { client_name: 'Library' } },
    authorityHints: [admin.entityId],
  }),
)

const type = 'https://ta.example.org/marks/audited'
const subject = 'https://rp.example.org'
/** Global ids of the objects that earlier steps created. */
const ids: Record<string, string> = {}

/** Each step builds on the earlier ones: the operation, its user, and the expected entry. */
const steps: readonly (readonly [
  mutation: string,
  input: () => object,
  expected: { resource: () => string; before: unknown; after: unknown; eventTypes?: string[] },
])[] = [
  [
    'createTrustMarkType',
    () => ({ type }),
    { resource: () => type, before: null, after: { type, active: true } },
  ],
  [
    'updateTrustMarkType',
    () => ({ id: ids.TrustMarkType, description: 'Members' }),
    { resource: () => type, before: { description: null }, after: { description: 'Members' } },
  ],
  [
    'issueTrustMark',
    () => ({ trustMarkType: type, entityId: subject }),
    { resource: () => `${type} ${subject}`, before: null, after: { active: true } },
  ],
  [
    'renewTrustMark',
    () => ({ id: ids.TrustMark }),
    { resource: () => `${type} ${subject}`, before: { version: 1 }, after: { version: 2 } },
  ],
  [
    'updateTrustMark',
    () => ({ id: ids.TrustMark, autorenew: false }),
    { resource: () => `${type} ${subject}`, before: { autorenew: true }, after: { autorenew: false } },
  ],
  [
    'revokeTrustMark',
    () => ({ id: ids.TrustMark, reason: 'left' }),
    {
      resource: () => `${type} ${subject}`,
      before: { active: true },
      after: { active: false, revocationReason: 'left' },
    },
  ],
  [
    'registerSubordinate',
    () => ({ entityId: entity.id }),
    {
      resource: () => entity.id,
      before: null,
      after: { active: true, displayName: 'Library' },
      eventTypes: ['registration'],
    },
  ],
  [
    'updateSubordinate',
    () => ({ id: ids.Subordinate, validFor: 12 }),
    { resource: () => entity.id, before: { validFor: null }, after: { validFor: 12 } },
  ],
  [
    'renewSubordinate',
    () => ({ id: ids.Subordinate }),
    { resource: () => entity.id, before: { version: 2 }, after: { version: 3 } },
  ],
  [
    'deactivateSubordinate',
    () => ({ id: ids.Subordinate }),
    {
      resource: () => entity.id,
      before: { active: true },
      after: { active: false },
      eventTypes: ['suspension'],
    },
  ],
  [
    'reactivateSubordinate',
    () => ({ id: ids.Subordinate }),
    {
      resource: () => entity.id,
      before: { active: false },
      after: { active: true },
      eventTypes: ['reactivation'],
    },
  ],
  [
    'removeSubordinate',
    () => ({ id: ids.Subordinate }),
    { resource: () => entity.id, before: { active: true }, after: null, eventTypes: ['revocation'] },
  ],
  [
    'updateTrustAnchor',
    () => ({ organizationName: 'Federation' }),
    {
      resource: () => admin.entityId,
      before: { organizationName: null },
      after: { organizationName: 'Federation' },
    },
  ],
  [
    'updateFederationPolicy',
    () => ({ metadataPolicy: { openid_relying_party: { client_name: { essential: true } } } }),
    {
      resource: () => admin.entityId,
      before: { metadataPolicy: {} },
      after: { metadataPolicy: { openid_relying_party: { client_name: { essential: true } } } },
    },
  ],
]

const idOf: Readonly<Record<string, string>> = {
  createTrustMarkType: 'TrustMarkType',
  issueTrustMark: 'TrustMark',
  registerSubordinate: 'Subordinate',
}
/** The selection of a mutation's result: a removal returns a name, the Trust Anchor has no id. */
function selectionOf(mutation: string): string {
  if (mutation.startsWith('remove')) return ''
  return /(TrustAnchor|Policy)$/.test(mutation) ? 'version' : 'id'
}

const last = () => admin.server.db.auditEvent.findFirst({ orderBy: { id: 'desc' } })
const count = () => admin.server.db.auditEvent.count()

eachRow(steps, ([mutation]) => [`mutation/${mutation}/audit`])(
  'has one entry of a %s',
  async (mutation, input, expected) => {
    const before = await count()
    const result = await admin.mutate(mutation, input(), selectionOf(mutation), 'admin')
    expect(result.__typename).toMatch(/Success$/)
    const made = idOf[mutation]
    if (made) ids[made] = result.id

    expect(await count()).toBe(before + 1)
    const event = await last()
    expect(event).toMatchObject({
      action: mutation,
      actor: 'admin',
      method: 'api_key',
      address: '127.0.0.1',
      resource: expected.resource(),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ...(expected.eventTypes ? { eventTypes: expected.eventTypes } : {}),
    })
    for (const side of ['before', 'after'] as const) {
      if (expected[side] === null) expect(event?.[side]).toBeNull()
      else expect(event?.[side]).toMatchObject(expected[side] as object) // the table has objects there
    }
  },
)

it('shows differences, and finds entries by their object', async () => {
  const { data } = await admin.execute(
    `query ($resource: String!) { auditEvents(filter: { resource: $resource, actions: [UPDATE_SUBORDINATE] }) {
      totalCount edges { node { actor { username } changes { path before after } } } } }`,
    { resource: entity.id },
    'viewer',
  )
  expect(data.auditEvents).toEqual({
    totalCount: 1,
    edges: [
      { node: { actor: { username: 'admin' }, changes: [{ path: 'validFor', before: null, after: 12 }] } },
    ],
  })
})

it.each([
  ['{ actions: [REMOVE_SUBORDINATE, REMOVE_TRUST_MARK_TYPE] }', 1],
  ['{ actions: [UPDATE_TRUST_ANCHOR], resourceTypes: [SUBORDINATE] }', 0],
  ['{ resourceTypes: [TRUST_MARK, TRUST_MARK_TYPE] }', 6],
  ['{ resourceTypes: [TRUST_MARK] }', 4],
])('finds entries of several actions and types: %s', async (filter, totalCount) => {
  const { data } = await admin.execute(`{ auditEvents(filter: ${filter}) { totalCount } }`, {}, 'viewer')
  expect(data.auditEvents).toEqual({ totalCount })
})

describe('a write that fails', () => {
  it.each([
    ['createTrustMarkType', () => ({ type }), 'ConflictError'],
    ['createTrustMarkType', () => ({ type: `${type}/2`, validFor: 0 }), 'InvalidInputError'],
    ['removeTrustMarkType', () => ({ id: ids.TrustMarkType }), 'ConflictError'],
    ['renewTrustMark', () => ({ id: ids.TrustMark }), 'InvalidInputError'],
    ['updateTrustMark', () => ({ id: ids.TrustMark, validFor: 5, version: 1 }), 'ConflictError'],
    ['renewSubordinate', () => ({ id: ids.Subordinate }), 'NotFoundError'],
    ['registerSubordinate', () => ({ entityId: 'http://127.0.0.1:1' }), 'EntityRejectedError'],
    ['updateTrustAnchor', () => ({ statementHours: 0 }), 'InvalidInputError'],
    ['updateTrustAnchor', () => ({ organizationName: 'Other', version: 1 }), 'ConflictError'],
  ])('%s changes nothing, and is logged with its reason', async (mutation, input, typename) => {
    const state = async () => ({
      events: await admin.server.db.auditEvent.count({ where: { outcome: 'SUCCEEDED' } }),
      pending: await admin.server.db.outboxEntry.count(),
      types: await admin.server.db.trustMarkType.findMany(),
      marks: await admin.server.db.trustMark.findMany(),
      subordinates: await admin.server.db.subordinate.count(),
      // The evaluation of an earlier change may end meanwhile.
      settings: await admin.server.db.settings.findMany({
        omit: { evaluatedVersion: true, updatedAt: true },
      }),
    })
    const before = await state()
    const result = await admin.mutate(mutation, input(), selectionOf(mutation), 'admin')
    expect(result.__typename).toBe(typename)
    expect(await state()).toEqual(before)
    expect(await last()).toMatchObject({
      action: mutation,
      actor: 'admin',
      outcome: 'FAILED',
      reason: `${result.code}: ${result.message}`,
      before: null,
      after: null,
    })
  })
})

it('never contains a password or a key', async () => {
  const input = { username: 'anna', password: PASSWORD, role: 'VIEWER' }
  await admin.mutate('createUser', input, 'id', 'admin')
  const { key } = await admin.mutate('createApiKey', { username: 'anna', name: 'ci' }, 'key', 'admin')
  const log = JSON.stringify(await admin.server.db.auditEvent.findMany())
  expect(log).toContain('createApiKey')
  expect(log).not.toContain(PASSWORD)
  expect(log).not.toContain(key)
})
