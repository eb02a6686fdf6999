/** What changes of anchors leave in the audit log, and when they are refused. */
import { beforeAll, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { eachRow } from '#test/helpers/rows.ts'
import { startLeaf } from '#test/helpers/subordinate.ts'
import { signedIn } from '#test/helpers/visitor.ts'

const admin = adminInFile()
beforeAll(async () => {
  await as('createTrustAnchor', { slug: 'one', entityId: 'http://one.example.org', displayName: 'One' })
})

const as = (name: string, input: object, selection = 'slug') => admin.mutate(name, input, selection, 'admin')
const other = { slug: 'other', entityId: 'http://other.example.org', displayName: 'Other' }

/** In the order in which they can succeed. */
const calls: [mutation: string, input: object][] = [
  ['createTrustAnchor', other],
  ['makeIntermediate', { anchor: 'other', superior: 'main' }],
  ['pauseTrustAnchor', { anchor: 'other' }],
  ['resumeTrustAnchor', { anchor: 'other' }],
  ['removeTrustAnchor', { anchor: 'other' }],
]

eachRow(calls, ([mutation]) => [`mutation/${mutation}/ReauthenticationRequiredError`])(
  '%s requires a recent sign-in for a session',
  async (mutation, input) => {
    const visitor = await signedIn(admin, 'admin')
    await admin.server.db.session.updateMany({ data: { createdAt: new Date(Date.now() - 7_200_000) } })
    const refused = await visitor.mutate(mutation, input, 'slug')
    expect(refused).toMatchObject({ code: 'REAUTHENTICATION_REQUIRED' })
  },
)

eachRow(calls, ([mutation]) => [`mutation/${mutation}/success`, `mutation/${mutation}/audit`])(
  '%s succeeds, and is in the audit log',
  async (mutation, input) => {
    const { installation } = admin.server
    const { id: last } = await installation.auditEvent.findFirstOrThrow({ orderBy: { id: 'desc' } })
    expect(await as(mutation, input)).toMatchObject({ slug: 'other' })
    const entries = await installation.auditEvent.findMany({ where: { id: { gt: last }, actor: 'admin' } })
    const expected =
      mutation === 'makeIntermediate'
        ? [
            { action: 'updateTrustAnchor', anchor: 'other', resource: other.entityId },
            { action: 'registerSubordinate', anchor: null, resource: other.entityId },
          ]
        : [{ action: mutation, anchor: null, resource: other.entityId }]
    expect(entries).toMatchObject(expected)
  },
)

eachRow(
  [['makeIntermediate'], ['pauseTrustAnchor'], ['resumeTrustAnchor'], ['removeTrustAnchor']] as const,
  ([mutation]) => [`mutation/${mutation}/NotFoundError`],
)('%s finds no anchor of another name', async (mutation) => {
  const input = { anchor: 'none', ...(mutation === 'makeIntermediate' ? { superior: 'main' } : {}) }
  expect(await as(mutation, input)).toMatchObject({ code: 'NOT_FOUND', path: ['input', 'anchor'] })
})

eachRow(
  [
    ['createTrustAnchor', { ...other, slug: 'one' }],
    ['makeIntermediate', { anchor: 'one', superior: 'one' }],
    ['resumeTrustAnchor', { anchor: 'one' }],
    ['pauseTrustAnchor', { anchor: 'one' }],
    ['removeTrustAnchor', { anchor: 'main' }],
  ] as [string, object][],
  ([mutation]) => [`mutation/${mutation}/ConflictError`],
)('%s is refused where it does not fit', async (mutation, input) => {
  if (mutation === 'pauseTrustAnchor') await as(mutation, input)
  expect(await as(mutation, input)).toMatchObject({ code: 'CONFLICT' })
})

it('keeps a second promotion back while one is running, and records the first', {
  tags: [
    'mutation/promoteSubordinates/success',
    'mutation/promoteSubordinates/audit',
    'mutation/promoteSubordinates/ConflictError',
  ],
}, async () => {
  const { id: entityId } = await startLeaf(admin)
  const { id } = await as('registerSubordinate', { anchor: 'main', entityId }, 'id')
  const promote = () =>
    as('promoteSubordinates', { from: 'main', to: 'one', subordinates: { ids: [id] }, dryRun: true }, 'kind')
  const target = admin.server.anchors.find('one')?.running
  // A run that a worker has, and does not end.
  const state = { kind: 'CONFIGURATION', state: 'RUNNING', startedBy: 'test', heartbeatAt: new Date() }
  const data = { ...state, parameters: { source: 'promotion' } }
  const running = await target?.db.run.create({ data })
  expect(await promote()).toMatchObject({ code: 'CONFLICT' })
  await target?.db.run.update({ where: { id: running?.id ?? 0 }, data: { state: 'SUCCEEDED' } })
  expect(await promote()).toMatchObject({ kind: 'CONFIGURATION' })
  const entry = await target?.db.auditEvent.findFirst({
    where: { action: 'promoteSubordinates', outcome: 'SUCCEEDED' },
  })
  expect(entry).toMatchObject({ anchor: 'one', after: { parameters: { from: 'main', dryRun: true } } })
})
