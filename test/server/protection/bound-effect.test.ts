/** Tests that what is executed is what was shown: by an approval, and by a dry run. */
import { beforeEach, describe, expect, it } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingPartyNamed, type TestEntity } from '#test/helpers/entity.ts'
import { registerLeaf, startLeaf } from '#test/helpers/subordinate.ts'
import { dryRun, ended } from './filled.ts'
import { administratorsInFile, approve, override, protect, waiting } from './people.ts'

const admin = adminInFile()
const people = administratorsInFile(admin)
beforeEach(() => protect(admin, []))

const propose = async (mutation: string, input: object) => {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`
  const document = `mutation ($input: ${type}) { ${mutation}(input: $input) { __typename ... on Error { message } } }`
  return waiting(await people.alice.visitor.execute(document, { input }), mutation)
}

const read = async (id: string) => {
  const document =
    'query ($id: ID!) { node(id: $id) { ... on Approval { state hash effect previousEffect movedAt } } }'
  return (await people.bob.visitor.execute(document, { id })).data.node
}

async function changeKeys(entity: TestEntity): Promise<void> {
  entity.key = await generateSigningKey('ES256')
  Object.assign(entity.keys, { keys: [toPublicJwk(entity.key)] })
}

const find = ({ id: entityId }: TestEntity) => admin.server.db.subordinate.findUnique({ where: { entityId } })

describe('an approval', () => {
  it('of a registration is asked again when the entity has other keys', async () => {
    const leaf = await startLeaf(admin)
    await protect(admin, ['MEMBERS'])
    const id = await propose('registerSubordinate', { entityId: leaf.id })
    const shown = await read(id)
    expect(shown).toMatchObject({ effect: { fields: { jwks: { before: null, after: leaf.keys } } } })
    await changeKeys(leaf)
    expect(await approve(people.bob, id)).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('something else now'),
    })
    expect(await find(leaf)).toBeNull()
    const again = await read(id)
    expect(again).toMatchObject({
      state: 'OPEN',
      effect: { fields: { jwks: { after: leaf.keys } } },
      previousEffect: shown.effect,
      movedAt: expect.any(String),
    })
    expect(again.hash).not.toBe(shown.hash)
    expect(await approve(people.bob, id)).toMatchObject({ state: 'EXECUTED' })
    expect((await find(leaf))?.jwks).toEqual(leaf.keys)
  })

  it('is not executed without a second person either when it would do something else', async () => {
    const leaf = await startLeaf(admin)
    await protect(admin, ['MEMBERS'])
    const id = await propose('registerSubordinate', { entityId: leaf.id })
    await changeKeys(leaf)
    expect(await override(people.alice, id, 'Now.')).toMatchObject({ code: 'CONFLICT' })
    expect(await find(leaf)).toBeNull()
  })

  it('loses a delay that began for another effect', async () => {
    const leaf = await startLeaf(admin)
    await protect(admin, ['MEMBERS'])
    const { protection, approval } = admin.server.installation
    await protection.updateMany({ data: { breakGlass: 'DELAYED' } })
    const id = await propose('registerSubordinate', { entityId: leaf.id })
    expect(await override(people.alice, id, 'Soon.')).toMatchObject({ state: 'OPEN' })
    const where = { overrideBy: 'alice' }
    await approval.updateMany({ where, data: { overrideAt: new Date() } })
    await changeKeys(leaf)
    expect(await override(people.alice, id, 'Soon.')).toMatchObject({ code: 'CONFLICT' })
    expect(await override(people.alice, id, 'Soon.')).toMatchObject({ state: 'OPEN' })
    expect(await find(leaf)).toBeNull()
    await protection.updateMany({ data: { breakGlass: 'AT_ONCE' } })
  })

  it('is executed when only what the clock follows has changed', async () => {
    const leaf = await startLeaf(admin)
    await protect(admin, ['MEMBERS'])
    const id = await propose('registerSubordinate', { entityId: leaf.id })
    leaf.options.metadata = relyingPartyNamed('B')
    expect(await approve(people.bob, id)).toMatchObject({ state: 'EXECUTED' })
  })

  it('of a change is asked again when the same field was changed meanwhile', async () => {
    const { id: member } = await registerLeaf(admin)
    await protect(admin, ['MEMBERS'])
    const id = await propose('updateSubordinate', { id: member, validFor: 10 })
    await protect(admin, [])
    await admin.mutate('updateSubordinate', { id: member, validFor: 90 }, 'id', 'admin')
    await protect(admin, ['MEMBERS'])
    expect(await approve(people.bob, id)).toMatchObject({ code: 'CONFLICT' })
    expect(await read(id)).toMatchObject({ effect: { fields: { validFor: { before: 90, after: 10 } } } })
  })

  it('of a removal has the Trust Marks that it revokes, and is asked again when there is another one', async () => {
    const { leaf, id: member } = await registerLeaf(admin)
    const [first, second] = ['https://ta.example.org/marks/first', 'https://ta.example.org/marks/second']
    const issue = async (type: string) => {
      await admin.mutate('createTrustMarkType', { type }, 'id', 'admin')
      await admin.mutate('issueTrustMark', { trustMarkType: type, entityId: leaf.id }, 'id', 'admin')
    }
    const revoked = (type: string) => ({
      [`${type} ${leaf.id}`]: { before: { active: true }, after: { active: false } },
    })
    await issue(first)
    await protect(admin, ['TRUST_MARKS'])
    const id = await propose('removeSubordinate', { id: member })
    expect((await read(id)).effect.fields).toEqual(revoked(first))
    await protect(admin, [])
    await issue(second)
    await protect(admin, ['TRUST_MARKS'])
    expect(await approve(people.bob, id)).toMatchObject({ code: 'CONFLICT' })
    expect(await find(leaf)).not.toBeNull()
    expect((await read(id)).effect.fields).toEqual({ ...revoked(first), ...revoked(second) })
    expect(await approve(people.bob, id)).toMatchObject({ state: 'EXECUTED' })
    expect(await find(leaf)).toBeNull()
    expect(await admin.server.db.trustMark.count({ where: { entityId: leaf.id, active: true } })).toBe(0)
  })

  it('that an earlier version kept cannot be approved', async () => {
    const leaf = await startLeaf(admin)
    await protect(admin, ['MEMBERS'])
    const id = await propose('registerSubordinate', { entityId: leaf.id })
    await admin.server.installation.$executeRaw`
      UPDATE "Approval" SET "effect" = NULL WHERE "id" = ${Number(atob(id).split(':')[1])}`
    expect(await approve(people.bob, id)).toMatchObject({
      message: expect.stringContaining('earlier version'),
    })
  })
})

describe('the execution of a dry run', () => {
  const execute = (id: string, reason?: string) =>
    admin.mutate('executeDryRun', { id, reason }, 'id total done failed dryRun reason', 'admin')
  async function run(id: string, state: 'SUCCEEDED' | 'FAILED' = 'SUCCEEDED') {
    const started = await execute(id)
    await ended(admin, started.id, 'main', state)
    const document =
      'query ($id: ID!) { node(id: $id) { ... on Run { done failed items { edges { node { resource ok message } } } } } }'
    return (await admin.execute(document, { id: started.id }, 'admin')).data.node
  }

  it('changes what it listed, and nothing that matches later', {
    tags: ['mutation/executeDryRun/success', 'mutation/executeDryRun/audit'],
  }, async () => {
    const tag = 'grows'
    const { leaf: first } = await registerLeaf(admin, { tags: [tag] })
    const input = { action: 'DEACTIVATE', subordinates: { filter: { tags: [tag] } } }
    const id = await dryRun(admin, 'startSubordinateChange', input)
    const { leaf: second } = await registerLeaf(admin, { tags: [tag] })
    expect(await run(id)).toMatchObject({ done: 1, failed: 0 })
    expect((await find(first))?.active).toBe(false)
    expect((await find(second))?.active).toBe(true)
    const where = { action: 'executeDryRun', outcome: 'SUCCEEDED' }
    const entry = await admin.server.db.auditEvent.findFirstOrThrow({ where, orderBy: { id: 'desc' } })
    expect(entry.after).toMatchObject({
      dryRun: Number(atob(id).split(':')[1]),
      items: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  it('fails for an object that would be changed in another way', async () => {
    const { leaf, id: member } = await registerLeaf(admin)
    const input = { action: 'UPDATE', changes: { validFor: 20 }, subordinates: { ids: [member] } }
    const id = await dryRun(admin, 'startSubordinateChange', input)
    await admin.mutate('updateSubordinate', { id: member, validFor: 90 }, 'id', 'admin')
    const { failed, items } = await run(id, 'FAILED')
    expect(failed).toBe(1)
    expect(items.edges[0].node.message).toContain('changed since the plan was made')
    expect((await find(leaf))?.validFor).toBe(90)
  })

  it('registers no entity with other keys than it had', async () => {
    const leaf = await startLeaf(admin)
    const id = await dryRun(admin, 'importSubordinates', { subordinates: [{ entityId: leaf.id }] })
    expect(await find(leaf)).toBeNull()
    await changeKeys(leaf)
    expect(await run(id, 'FAILED')).toMatchObject({ done: 0, failed: 1 })
    expect(await find(leaf)).toBeNull()
    const again = await dryRun(admin, 'importSubordinates', { subordinates: [{ entityId: leaf.id }] })
    expect(await run(again)).toMatchObject({ done: 1, failed: 0 })
    expect((await find(leaf))?.jwks).toEqual(leaf.keys)
  })

  it('is refused for a run that is none, that has not ended, or that found nothing', {
    tags: [
      'mutation/executeDryRun/NotFoundError',
      'mutation/executeDryRun/ConflictError',
      'mutation/executeDryRun/InvalidInputError',
    ],
  }, async () => {
    const { id: member } = await registerLeaf(admin)
    const id = await dryRun(admin, 'startSubordinateChange', {
      action: 'REACTIVATE',
      subordinates: { ids: [member] },
    })
    expect(await execute(id)).toMatchObject({ code: 'CONFLICT', message: 'The dry run found nothing to do.' })
    expect(await execute(id, 'x'.repeat(1001))).toMatchObject({ code: 'INVALID_INPUT' })
    const where = { id: Number(atob(id).split(':')[1]) }
    await admin.server.db.run.update({ where, data: { state: 'CANCELLED', endedAt: new Date() } })
    expect(await execute(id)).toMatchObject({ code: 'CONFLICT', message: 'The dry run did not succeed.' })
    expect(await execute(btoa('Run:999999'))).toMatchObject({ code: 'NOT_FOUND' })
  })

  it('that is approved changes exactly what the second person saw', async () => {
    const tag = 'approved'
    const { leaf: first } = await registerLeaf(admin, { tags: [tag] })
    const dry = await dryRun(admin, 'startSubordinateChange', {
      action: 'DEACTIVATE',
      subordinates: { filter: { tags: [tag] } },
    })
    await protect(admin, ['MEMBERS'])
    const id = await propose('executeDryRun', { id: dry, reason: 'They left.' })
    await protect(admin, [])
    const { leaf: second } = await registerLeaf(admin, { tags: [tag] })
    await protect(admin, ['MEMBERS'])
    expect(await approve(people.bob, id)).toMatchObject({ state: 'EXECUTED' })
    await expect.poll(async () => (await find(first))?.active).toBe(false)
    expect((await find(second))?.active).toBe(true)
  })
})
