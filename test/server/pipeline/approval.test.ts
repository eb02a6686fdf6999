/** Tests pipelines that approve requests without an operator. */
import { afterEach, describe, expect, it } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import type { Metadata } from '#core/metadata.ts'
import { relyingParty } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { register, servedStatement } from '#test/helpers/subordinate.ts'
import { MARK, RP, startPipelineTest, WANTED } from './pipeline-test.ts'

const test = inFile(startPipelineTest)
afterEach(() => test.clear())

describe('a pipeline that approves', () => {
  it('registers at once an entity that passed every check', async () => {
    await test.composeOne({ check: 'ON_LIST', tags: ['Pilot'] }, { approves: true })
    const { id: entityId } = await test.leaf()
    const request = await test.submit({ entityId })
    expect(request).toMatchObject({
      state: 'APPROVED',
      steps: [
        { action: 'SUBMITTED', actor: { username: 'anna@lu.example' } },
        {
          action: 'APPROVED',
          actor: null,
          byMember: false,
          text: `Every check passed. The operators approve such requests for ${RP}.`,
        },
      ],
    })
    expect(await servedStatement(test.admin, entityId)).toMatchObject({ sub: entityId })
    const entries = await test.admin.server.db.auditEvent.findMany({ orderBy: { id: 'desc' }, take: 3 })
    expect(entries.map(({ action, actor }) => [action, actor])).toEqual([
      ['registerSubordinate', 'job:approve-by-rule'],
      ['approveRequest', 'job:approve-by-rule'],
      ['submitRequest', 'anna@lu.example'],
    ])
  })

  it('fetches the configuration once, and leaves to an operator what did not pass', async () => {
    await test.composeOne({ check: 'ON_LIST', tags: ['Other'] }, { approves: true })
    const entity = await test.leaf()
    expect(await test.submit({ entityId: entity.id })).toMatchObject({ state: 'WAITING_FOR_OPERATOR' })
    expect(entity.requests).toHaveLength(1)
  })

  it('must be there for each type of the entity, and for an Intermediate as such', async () => {
    await test.compose({ entityType: RP, approves: true })
    const stateOf = async (other: Metadata) => {
      const { id: entityId } = await test.leaf({}, other)
      return (await test.submit({ entityId })).state
    }
    expect(await stateOf({})).toBe('APPROVED')
    expect(await stateOf({ federation_entity: { organization_name: 'Lund' } })).toBe('APPROVED')
    expect(await stateOf({ oauth_client: {} })).toBe('WAITING_FOR_OPERATOR')
    const endpoints = {
      federation_fetch_endpoint: 'https://a.example/f',
      federation_list_endpoint: 'https://a.example/l',
    }
    expect(await stateOf({ federation_entity: endpoints })).toBe('WAITING_FOR_OPERATOR')
    await test.compose({ entityType: 'federation_entity', approves: true })
    expect(await stateOf({ federation_entity: endpoints })).toBe('APPROVED')
  })

  it('issues a mark to an entity that is eligible', async () => {
    const entity = await test.leaf()
    await register(test.admin, entity, { organizationId: test.organizationId })
    const ask = () => test.submit({ kind: 'TRUST_MARK', entityId: entity.id, trustMarkType: WANTED })
    const checks = [{ check: 'TRUST_MARKS_HELD', trustMarkTypes: [MARK] }]
    await test.compose({ trustMarkType: WANTED, checks, approves: true })
    const waiting = await ask()
    expect(waiting.state).toBe('WAITING_FOR_OPERATOR')
    await test.withdrawRequests()
    await test.admin.mutate('issueTrustMark', { trustMarkType: MARK, entityId: entity.id }, 'id')
    expect(await ask()).toMatchObject({ state: 'APPROVED' })
    const mark = await test.admin.get('/trust_mark', { trust_mark_type: WANTED, sub: entity.id })
    expect(mark.status).toBe(200)
  })

  it('of a mark fetches the entity only while it checks or approves something', async () => {
    const entity = await test.leaf()
    await register(test.admin, entity, { organizationId: test.organizationId })
    await test.compose({ trustMarkType: WANTED, checks: [] })
    const before = entity.requests.length
    const request = { kind: 'TRUST_MARK', entityId: entity.id, trustMarkType: WANTED }
    expect(await test.submit(request)).toMatchObject({ state: 'WAITING_FOR_OPERATOR', checks: [] })
    expect(entity.requests).toHaveLength(before)
    await test.withdrawRequests()
    await test.compose({ trustMarkType: WANTED, approves: true })
    expect(await test.submit(request)).toMatchObject({ state: 'APPROVED' })
    expect(entity.requests).toHaveLength(before + 1)
  })

  it('never removes an entity', async () => {
    await test.compose({ entityType: RP, approves: true })
    const entity = await test.leaf()
    await register(test.admin, entity, { organizationId: test.organizationId })
    expect(await test.submit({ kind: 'WITHDRAW', entityId: entity.id })).toMatchObject({
      state: 'WAITING_FOR_OPERATOR',
    })
  })

  it('changes the keys of an entity, but records no metadata that it does not publish', async () => {
    await test.compose({ entityType: RP, approves: true })
    const entity = await test.leaf()
    await register(test.admin, entity, { organizationId: test.organizationId })
    const change = (changes: object) => test.submit({ kind: 'CHANGE', entityId: entity.id, changes })
    const further = toPublicJwk(await generateSigningKey('ES256'))
    expect(await change({ jwks: { keys: [...entity.keys.keys, further] } })).toMatchObject({
      state: 'APPROVED',
    })
    expect(await servedStatement(test.admin, entity.id)).toMatchObject({ jwks: { keys: [{}, further] } })
    const metadata = { [RP]: { ...relyingParty[RP], client_name: 'Renamed' } }
    expect(await change({ metadata })).toMatchObject({ state: 'WAITING_FOR_OPERATOR' })
  })

  it('leaves to an operator what cannot be executed', async () => {
    await test.compose({ entityType: RP, approves: true })
    const { id: entityId } = await test.leaf()
    await test.admin.server.installation.$executeRawUnsafe(
      `CREATE FUNCTION refuse_row() RETURNS trigger AS $$ BEGIN RAISE unique_violation; END $$ LANGUAGE plpgsql`,
    )
    await test.admin.server.installation.$executeRawUnsafe(
      `CREATE TRIGGER refuse_row BEFORE INSERT ON "Subordinate" FOR EACH ROW EXECUTE FUNCTION refuse_row()`,
    )
    const request = await test
      .submit({ entityId })
      .finally(() =>
        test.admin.server.installation.$executeRawUnsafe('DROP TRIGGER refuse_row ON "Subordinate"'),
      )
    expect(request).toMatchObject({ state: 'WAITING_FOR_OPERATOR', steps: [{ action: 'SUBMITTED' }] })
    expect(await test.admin.mutate('approveRequest', { id: request.id }, 'state')).toMatchObject({
      state: 'APPROVED',
    })
  })
})
