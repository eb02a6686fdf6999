/** Tests that a subordinate can ask to have its new keys fetched, and that only keys which it announced are taken over. */
import { afterEach, beforeAll, expect, it } from 'vitest'
import { generateSigningKey, type JwkSet, toPublicJwk } from '#core/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import type { TestEntity } from '#test/helpers/entity.ts'
import { registerLeaf, servedStatement } from '#test/helpers/subordinate.ts'
import { afterAMinute, answered, forget, offer, post } from './public-test.ts'

const path = '/jwks_update_trigger'

const admin = adminInFile()
beforeAll(() => offer(admin, 'JWKS_UPDATE_TRIGGER'))
afterEach(() => forget(admin))

async function startMember(input: object = {}): Promise<TestEntity> {
  const { leaf } = await registerLeaf(admin, input)
  return leaf
}

/** The final answer. */
async function ask(sub: string) {
  const response = await post(admin, path, { sub })
  expect(response.status).toBe(202)
  return answered(admin, path, { sub })
}

async function servedKids(sub: string): Promise<string[]> {
  const statement = await servedStatement(admin, sub)
  if (typeof statement === 'number') throw new Error(`status ${statement}`)
  return (statement.jwks as JwkSet).keys.map(({ kid }) => kid)
}

it('publishes keys that the member announced, and later those of the whole change', async () => {
  const member = await startMember()
  const [first, next] = [member.key, await generateSigningKey('ML-DSA-65')]
  member.keys.keys.push(toPublicJwk(next))
  const message = 'The keys of the Entity Configuration are registered and published.'
  expect(await ask(member.id)).toMatchObject({ sub: member.id, state: 'updated', message })
  expect(await servedKids(member.id)).toEqual([first.kid, next.kid])
  await afterAMinute(admin)
  member.key = next
  member.keys.keys.shift()
  expect(await ask(member.id)).toMatchObject({ state: 'updated' })
  expect(await servedKids(member.id)).toEqual([next.kid])
  const where = { action: 'renewSubordinate', resource: member.id }
  expect((await admin.server.db.auditEvent.findMany({ where })).map(({ actor }) => actor)).toEqual([
    'job:jwks-update-trigger',
    'job:jwks-update-trigger',
  ])
})

it('changes nothing for a key that was not announced', async () => {
  const member = await startMember()
  const { kid } = member.key
  const stolen = await generateSigningKey('ES256')
  member.key = stolen
  member.keys.keys = [toPublicJwk(stolen)]
  expect(await ask(member.id)).toMatchObject({
    state: 'not_acceptable',
    message: expect.stringContaining('sign'),
  })
  expect(await servedKids(member.id)).toEqual([kid])
})

it('says that nothing has changed', async () => {
  const member = await startMember()
  const message = 'The Entity Configuration has the keys that are registered.'
  expect(await ask(member.id)).toMatchObject({ state: 'unchanged', message })
})

it('leaves a member alone that operators update themselves', async () => {
  const member = await startMember({ autorenew: false })
  const { kid } = member.key
  member.keys.keys.push(toPublicJwk(await generateSigningKey('ES256')))
  const before = member.requests.length
  expect(await ask(member.id)).toMatchObject({
    state: 'unchanged',
    message: 'The operators update this entity themselves. Ask them.',
  })
  expect(member.requests.length).toBe(before)
  expect(await servedKids(member.id)).toEqual([kid])
})

it('fetches a member once in a minute', async () => {
  const member = await startMember()
  const fetches = () => member.requests.filter((each) => each.includes('openid-federation')).length
  const before = fetches()
  await ask(member.id)
  for (let time = 0; time < 20; time++) expect((await post(admin, path, { sub: member.id })).status).toBe(202)
  expect(fetches()).toBe(before + 1)
})
