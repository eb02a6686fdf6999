/** Tests note and tags of subordinates: who writes and reads them, and that nothing of them is published or signed. */
import { beforeAll, expect, it } from 'vitest'
import { createLocalSigner } from '#core/jws.ts'
import { generateSigningKey } from '#core/keys.ts'
import { readSettings } from '#server/database/settings.ts'
import { withStatements } from '#server/publish/statements.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { openDriftRepair } from '#test/helpers/drift.ts'
import { itemsOf, watchRun } from '#test/helpers/run.ts'
import { memberInFile, register, registerLeaf, startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()
const member = memberInFile(admin)
beforeAll(() => register(admin, member))

const SELECTION = 'id version note tags'
const update = (id: string, input: object, as?: 'viewer') =>
  admin.mutate('updateSubordinate', { id, ...input }, SELECTION, as)
const rowOf = (entityId: string) => admin.server.db.subordinate.findUniqueOrThrow({ where: { entityId } })

const published = async (sub: string) => ({
  served: await (await admin.get('/fetch', { sub })).text(),
  events: await admin.server.db.auditEvent.count({ where: { eventTypes: { isEmpty: false } } }),
})

it('keeps note and tags of a registration, trimmed and each tag once', async () => {
  const leaf = await startLeaf(admin)
  const note = '  Call Ann first.\r\nThe contract ends in May.\n'
  const tags = [' pilot ', 'Year 2026', 'PILOT', 'Élan']
  await register(admin, leaf, { note, tags })
  const document =
    'query ($entityId: EntityIdentifier!) { subordinate(entityId: $entityId) { note tags version } }'
  const { data } = await admin.execute(document, { entityId: leaf.id }, 'viewer')
  expect(data.subordinate).toEqual({
    note: 'Call Ann first.\nThe contract ends in May.',
    tags: ['pilot', 'Year 2026', 'Élan'],
    version: 1,
  })
})

it('changes note and tags alone without a new statement, an outbox entry or an event', async () => {
  const { leaf, id } = await registerLeaf(admin)
  const before = await rowOf(leaf.id)
  const whole = await published(leaf.id)
  const { statementVersion } = await admin.server.db.settings.findUniqueOrThrow({ where: { id: 1 } })
  const lastEntry = await admin.server.db.$queryRaw`SELECT last_value FROM "OutboxEntry_id_seq"`

  expect(await update(id, { note: 'Moves in May.', version: 1 })).toMatchObject({ version: 2 })
  expect(await update(id, { tags: ['pilot'], note: null, version: 2 })).toEqual(
    expect.objectContaining({ version: 3, note: null, tags: ['pilot'] }),
  )

  expect(await admin.server.db.$queryRaw`SELECT last_value FROM "OutboxEntry_id_seq"`).toEqual(lastEntry)
  const { statement, statementBasis, statementIssuedAt } = before
  expect(await rowOf(leaf.id)).toMatchObject({ statement, statementBasis, statementIssuedAt })
  // A rebuild, as after the loss of Redis, finds the statement current.
  await admin.server.publisher.rebuild()
  expect(await published(leaf.id)).toEqual(whole)
  expect(await admin.server.db.settings.findUniqueOrThrow({ where: { id: 1 } })).toMatchObject({
    statementVersion,
  })

  await update(id, { validFor: 12, note: 'Both.' })
  expect((await rowOf(leaf.id)).statement).not.toBe(statement)
})

it('refuses a change of another version, and one by a viewer', async () => {
  const { leaf, id } = await registerLeaf(admin)
  await update(id, { note: 'First.', version: 1 })
  const conflict = { code: 'CONFLICT', path: ['input', 'version'] }
  expect(await update(id, { note: 'Second.', version: 1 })).toMatchObject(conflict)
  await expect(update(id, { note: 'By a viewer.' }, 'viewer')).rejects.toThrow(/role/)
  expect(await rowOf(leaf.id)).toMatchObject({ note: 'First.' })
})

it.for<[what: string, input: object, path: string[], message: string]>([
  ['a long note', { note: 'x'.repeat(4001) }, ['note'], '4001 characters'],
  ['an empty tag', { tags: ['a', ' '] }, ['tags', '1'], 'at least one character'],
  ['a long tag', { tags: ['x'.repeat(41)] }, ['tags', '0'], '41 characters'],
  ['a tag with a comma', { tags: ['a,b'] }, ['tags', '0'], 'comma'],
  ['a tag of two lines', { tags: ['a\nb'] }, ['tags', '0'], 'line break'],
  ['too many tags', { tags: Array.from({ length: 21 }, (_, at) => `t${at}`) }, ['tags'], '21 tags'],
])('refuses %s', async ([, input, path, message]) => {
  const { id, version, note, tags } = await rowOf(member.id)
  expect(await update(btoa(`Subordinate:${id}`), input)).toMatchObject({
    code: 'INVALID_INPUT',
    path: ['input', ...path],
    message: expect.stringContaining(message),
  })
  expect(await rowOf(member.id)).toMatchObject({ version, note, tags })
})

it('accepts 20 tags of 40 characters and a note of 4000', async () => {
  const tags = Array.from({ length: 20 }, (_, at) => `${at}`.padEnd(40, 'ä'))
  const { id } = await registerLeaf(admin)
  const note = 'ö'.repeat(4000)
  expect(await update(id, { tags, note })).toMatchObject({ tags, note })
})

it('records a change in the audit log, and restores it without a new statement', async () => {
  const { leaf, id } = await registerLeaf(admin, { note: 'Before.', tags: ['old'] })
  const { statement } = await rowOf(leaf.id)
  await update(id, { note: 'After.', tags: ['new'] })
  const document = `query ($resource: String!) { auditEvents(filter: { resourceContains: $resource }, first: 1) {
    edges { node { id action before after restoration(side: BEFORE) { differences { path before after } } } } } }`
  const { data } = await admin.execute(document, { resource: leaf.id })
  const [{ node: entry }] = data.auditEvents.edges
  expect(entry).toMatchObject({
    action: 'UPDATE_SUBORDINATE',
    before: { note: 'Before.', tags: ['old'] },
    after: { note: 'After.', tags: ['new'] },
    restoration: { differences: [expect.objectContaining({ path: 'note' }), expect.anything()] },
  })
  const input = { auditEventId: entry.id, side: 'BEFORE' }
  await admin.mutate('restoreVersion', input, 'subordinate { id }')
  expect(await rowOf(leaf.id)).toMatchObject({ note: 'Before.', tags: ['old'], statement })
})

it('imports note and tags', async () => {
  const [good, bad] = [await startLeaf(admin), await startLeaf(admin)]
  const subordinates = [
    { entityId: good.id, note: 'Imported.', tags: ['batch'] },
    { entityId: bad.id, tags: ['a,b'] },
  ]
  const { id } = await admin.mutate('importSubordinates', { subordinates }, 'id')
  const results = itemsOf(await watchRun(admin, id))
  expect(results.find(({ resource }) => resource === bad.id)).toMatchObject({
    ok: false,
    message: expect.stringContaining('comma'),
  })
  expect(await rowOf(good.id)).toMatchObject({ note: 'Imported.', tags: ['batch'] })
})

it('leaves a statement current for the consistency check', async () => {
  const { id } = await registerLeaf(admin)
  await admin.mutate('updateSubordinate', { id, note: 'Moves in May.' }, 'id')
  const drift = await openDriftRepair(admin)
  expect(await drift.repair()).toEqual({ missing: 0, unexpected: 0, different: 0 })
  drift.close()
})

it('keeps a statement that was signed while the note changed, and drops what was signed before another change', async () => {
  const { leaf, id } = await registerLeaf(admin)
  const signer = await createLocalSigner(await generateSigningKey('ES256'))
  const sign = async (row: Awaited<ReturnType<typeof rowOf>>) => {
    const { db } = admin.server
    const now = Math.floor(Date.now() / 1000)
    const context = { db, entityId: admin.entityId, settings: await readSettings(db), signer, now }
    return (await withStatements([row], context)).signed[0]?.statement
  }
  const before = await rowOf(leaf.id)
  await admin.mutate('updateSubordinate', { id, note: 'Changed meanwhile.' }, 'id')
  const signed = await sign(before)
  expect(await rowOf(leaf.id)).toMatchObject({ statement: signed, note: 'Changed meanwhile.' })
  expect(await sign(await rowOf(leaf.id))).toBe(signed)

  const stale = { ...(await rowOf(leaf.id)), statementBasis: null }
  await admin.mutate('updateSubordinate', { id, validFor: 12 }, 'id')
  expect((await rowOf(leaf.id)).statement).not.toBe(await sign(stale))
})
