/** What `/resolve` finds out about a member reaches `/collection` within seconds. No schedule is on. */
import { decodeJwt } from 'jose'
import { beforeAll, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingPartyNamed, type TestEntity } from '#test/helpers/entity.ts'
import { below } from '#test/helpers/federation.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { startRun } from '#test/helpers/run.ts'
import { memberInFile, register } from '#test/helpers/subordinate.ts'

/** In milliseconds, which a list that hangs delays a crawl. */
const admin = adminInFile({ fetchLimits: { totalTimeout: 4_000 } })
const member: TestEntity = memberInFile(admin)
const sector = inFile(() => below(admin.entityId).intermediate().leaf().start())
/** The promise to operators, in milliseconds. */
const soon = { timeout: 30_000, interval: 200 }

async function resolvedName(): Promise<unknown> {
  const answer = await admin.get('/resolve', { sub: member.id, trust_anchor: admin.entityId })
  if (!answer.ok) return answer.status
  const { metadata } = decodeJwt<{ metadata: { openid_relying_party: object } }>(await answer.text())
  return Reflect.get(metadata.openid_relying_party, 'client_name')
}

async function collectedName(): Promise<unknown> {
  const answer = await admin.get('/collection')
  const { entities } = (await answer.json()) as { entities: { entity_id: string; ui_infos: object }[] }
  const infos = JSON.stringify(entities.find(({ entity_id }) => entity_id === member.id)?.ui_infos)
  return /"display_name":"([^"]*)"/.exec(infos)?.[1]
}

/** Of all crawls. */
const states = async () =>
  (await admin.server.db.run.findMany({ where: { kind: 'COLLECTION' } })).map(({ state }) => state)

/** Only the new name is allowed: `/resolve` has to ask the member, which the policy refuses as it is stored. */
async function rename(name: string): Promise<void> {
  member.options.metadata = relyingPartyNamed(name)
  const metadataPolicy = { openid_relying_party: { client_name: { one_of: [name] } } }
  await admin.mutate('updateFederationPolicy', { metadataPolicy }, 'version', 'admin')
  await expect.poll(resolvedName, soon).toBe(name)
}

beforeAll(async () => {
  member.options.metadata = relyingPartyNamed('First')
  await register(admin, member)
  await register(admin, sector.top)
})

it('as a crawl more', async () => {
  await startRun(admin, 'startCollectionWalk')
  await expect.poll(collectedName, soon).toBe('First')
  await rename('Second')
  await expect.poll(collectedName, soon).toBe('Second')
  await expect.poll(states, soon).toEqual(['SUCCEEDED', 'SUCCEEDED'])
})

it('as one crawl after the present one', async () => {
  sector.top.misbehave('hang')
  sector.top.requests.length = 0
  await startRun(admin, 'startCollectionWalk')
  await expect.poll(() => sector.top.requests.length, soon).toBeGreaterThan(0)
  await rename('Third')
  await expect.poll(collectedName, soon).toBe('Third')
  sector.top.misbehave(undefined)
  await expect.poll(states, soon).toEqual(Array(4).fill('SUCCEEDED'))
})
