/** Tests that an export has the response of /resolve about each member, with what is published now (§8.3). */
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { beforeAll, expect, it } from 'vitest'
import { folderInFile, inFile } from '#test/helpers/in-file.ts'
import { offlineEntity } from '../offline-entity.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'
import { verified } from '../verify.ts'
import { compareOnce, openExport, textOf } from './exported.ts'

const type = 'https://ta.example/marks/member'
const about = (sub: string) => `resolve/${encodeURIComponent(sub)}.jwt`

/** Marks of other types are in no response. */
const recognized = { trust_mark_issuers: { [type]: [entityId] } }

const path = folderInFile('export')
const ta = trustAnchorInFile()
const context = inFile(() => openExport(ta, path))
const rp = inFile(() => offlineEntity('https://rp.example.org'))

const read = async () => (await textOf(path, about(rp.id))) ?? ''
const exported = async () => {
  await compareOnce(context)
  return read()
}

beforeAll(async () => {
  await ta.publishConfiguration(recognized)
  await ta.publishSubordinate(rp)
})

it('says the same as the server', async () => {
  const jwt = await exported()
  const options = { keys: ta.jwks, typ: 'resolve-response+jwt' }
  const [{ payload }, answer] = await Promise.all([
    verified(jwt, options),
    ta.get('/resolve', { sub: rp.id, trust_anchor: entityId }),
  ])
  const { payload: expected } = await verified(answer.body, options)
  expect(payload).toEqual({ ...expected, iat: payload.iat })
})

it('is signed once, as long as it has what is published', async () => {
  const before = await read()
  expect(await compareOnce(context)).toMatchObject({ written: 0 })
  expect(await read()).toBe(before)
})

it('is signed again after a change of the statement, the entity, the anchor or a mark', async () => {
  const chain = async () => decodeJwt<{ trust_chain: string[] }>(await exported()).trust_chain
  const statement = await ta.publishSubordinate({ ...rp, statement: { note: 'another' } })
  expect((await chain())[1]).toBe(statement)
  const configuration = await rp.configure({ metadata: { openid_relying_party: { client_name: 'Another' } } })
  await ta.publishSubordinate({ ...rp, configuration })
  expect((await chain())[0]).toBe(configuration)
  const own = await ta.publishConfiguration({ ...recognized, note: 'another' })
  expect((await chain())[2]).toBe(own)
  const mark = await ta.issueTrustMark({ type, subject: rp.id })
  expect(decodeJwt(await exported()).trust_marks).toEqual([{ trust_mark_type: type, trust_mark: mark }])
  await ta.revokeTrustMark(mark, { type, subject: rp.id })
  expect(decodeJwt(await exported()).trust_marks).toBeUndefined()
})

it('loses a mark whose type is not in use any more', async () => {
  const mark = await ta.issueTrustMark({ type, subject: rp.id })
  expect(decodeJwt(await exported()).trust_marks).toHaveLength(1)
  await ta.redis.client.sadd(ta.names.unusedTrustMarkTypes, type)
  await ta.announce({ kind: 'entity-configuration' })
  expect(decodeJwt(await exported()).trust_marks).toBeUndefined()
  await ta.redis.client.del(ta.names.unusedTrustMarkTypes)
  await ta.announce({ kind: 'entity-configuration' })
  await ta.revokeTrustMark(mark, { type, subject: rp.id })
})

it('is signed once, although it leaves out a mark', async () => {
  await ta.issueTrustMark({ type: 'https://ta.example/marks/other', subject: rp.id })
  const before = await exported()
  expect(await exported()).toBe(before)
  expect(decodeJwt(before).trust_marks).toBeUndefined()
})

it('is absent for a member that does not resolve, and nothing is fetched', async () => {
  await ta.publishSubordinate({ id: 'https://unknown.example.org' })
  await exported()
  expect(await readdir(join(path, 'resolve'))).toEqual([`${encodeURIComponent(rp.id)}.jwt`])
})

it('stops no other file, although a chain ends in this second', async () => {
  const ending = await offlineEntity('https://ending.example.org')
  await ta.publishSubordinate({ ...ending, statement: { exp: ta.now() + 0.9 } })
  expect(await exported()).not.toBe('')
  await ta.removeSubordinate(ending.id)
})

it('stays as it is while the anchor has no valid configuration', async () => {
  const before = await read()
  await ta.publishConfiguration(recognized, -10)
  await expect(compareOnce(context)).rejects.toThrow('answered 503')
  expect(await read()).toBe(before)
  await ta.publishConfiguration(recognized)
  await exported()
})

it('is absent where the endpoint demands client authentication', async () => {
  const metadata = { federation_entity: { federation_resolve_endpoint_auth_methods: ['private_key_jwt'] } }
  await ta.publishConfiguration({ metadata })
  expect(await exported()).toBe('')
  await ta.publishConfiguration(recognized)
  expect(await exported()).not.toBe('')
})

it('is repaired, also where the file of the statement is gone', async () => {
  const statement = `fetch/${encodeURIComponent(rp.id)}.jwt`
  const before = await textOf(path, statement)
  for (const damage of [
    () => writeFile(join(path, about(rp.id)), 'half'),
    () => rm(join(path, about(rp.id))),
    () => Promise.all([rm(join(path, statement)), writeFile(join(path, about(rp.id)), 'half')]),
    () => Promise.all([rm(join(path, statement)), rm(join(path, about(rp.id)))]),
  ]) {
    await damage()
    expect(decodeJwt(await exported()).sub).toBe(rp.id)
    expect(await textOf(path, statement)).toBe(before)
  }
})

it('goes with the member, also where the file of the statement is gone', async () => {
  await rm(join(path, `fetch/${encodeURIComponent(rp.id)}.jwt`))
  await ta.removeSubordinate(rp.id)
  expect(await exported()).toBe('')
})
