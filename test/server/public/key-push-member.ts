/** Members that push their keys, for tests of what becomes of them. */
import { expect } from 'vitest'
import { type Jwk, type JwkSet, toPublicJwk } from '#core/keys.ts'
import type { Question } from '#store/questions.ts'
import type { TestAdmin } from '#test/helpers/admin.ts'
import type { TestEntity } from '#test/helpers/entity.ts'
import { KEY_SET_TYPE } from '#test/helpers/key-set.ts'
import { registerLeaf, servedStatement } from '#test/helpers/subordinate.ts'
import { answered } from './public-test.ts'

export const path = '/jwks_update'
export const REPLAYED =
  'This JWK Set or a later one was accepted before. Sign a new one to change the keys again.'

export const now = () => Math.floor(Date.now() / 1000)
export const kidsOf = ({ keys }: JwkSet) => keys.map(({ kid }) => kid)

export async function startMember(
  admin: TestAdmin,
  input: object = {},
): Promise<TestEntity & { dbId: string }> {
  const { leaf, id } = await registerLeaf(admin, input)
  return Object.assign(leaf, { dbId: id })
}

/** It publishes and signs with these keys from now on; the first one signs. */
export function turnTo(member: TestEntity, ...keys: [Jwk, ...Jwk[]]): void {
  member.key = keys[0]
  member.keys.keys = keys.map(toPublicJwk)
}

export const post = (admin: TestAdmin, jwt: string) =>
  fetch(`${admin.entityId}${path}`, { method: 'POST', headers: { 'content-type': KEY_SET_TYPE }, body: jwt })

/** The final answer. */
export async function push(admin: TestAdmin, sub: string, jwt: string) {
  const response = await post(admin, jwt)
  expect([response.status, await response.text()]).toEqual([202, expect.stringContaining(sub)])
  return answered(admin, path, { sub })
}

export async function servedKids(admin: TestAdmin, sub: string): Promise<string[]> {
  const statement = await servedStatement(admin, sub)
  if (typeof statement === 'number') throw new Error(`status ${statement}`)
  return kidsOf(statement.jwks as JwkSet)
}

export const question = (entityId: string): Question => ({
  endpoint: 'jwks_update',
  wants: 'examination',
  entityId,
  trustMarkType: null,
})

export const auditEvents = (admin: TestAdmin, resource: string) =>
  admin.server.db.auditEvent.findMany({ where: { resource, action: 'renewSubordinate' } })
