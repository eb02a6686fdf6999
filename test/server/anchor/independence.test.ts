/** A fault or much work of one anchor does not keep another one from its work. */
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AdminServer } from '#server/process/start.ts'
import { adminInFile, startSecondAdmin } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { startRun } from '#test/helpers/run.ts'
import { startLeaf } from '#test/helpers/subordinate.ts'

let restarted: AdminServer
const admin = adminInFile()
beforeAll(async () => {
  for (const slug of ['faulty', 'other']) await makeAnchor(admin, slug)
})
afterAll(() => restarted.close())

const entityIdOf = (anchor: string) => `${admin.entityId}/${anchor}`

const as = (name: string, input: object) => admin.mutate(name, input, 'id', 'admin')

const startLeafOf = (anchor: string) => startLeaf(admin, { authorityHints: [entityIdOf(anchor)] })

/** Registers an entity at an anchor, and returns when its statement is served. */
async function registerAt(anchor: string): Promise<void> {
  const { id: entityId } = await startLeafOf(anchor)
  expect(await as('registerSubordinate', { anchor, entityId })).toHaveProperty('id')
  await expect.poll(async () => (await fetch(`${entityIdOf(anchor)}/fetch?sub=${entityId}`)).status).toBe(200)
}

async function alertsOf(anchor: string): Promise<string[]> {
  const { data } = await admin.execute('query ($anchor: String) { alerts(anchor: $anchor) { code } }', {
    anchor,
  })
  return data.alerts.map(({ code }: { code: string }) => code)
}

it('registers and publishes while an import of another anchor waits for its entities', async () => {
  const slow = await startLeafOf('faulty')
  slow.misbehave('hang')
  const lines = Array.from({ length: 500 }, (_, at) => `${slow.id}/${at}`)
  const { id } = await as('importSubordinates', { anchor: 'faulty', lines: [slow.id, ...lines] })
  await expect.poll(() => slow.requests.length).toBeGreaterThan(0)
  await registerAt('other')
  const { data } = await admin.execute('query ($id: ID!) { run(id: $id) { state } }', { id })
  expect(data.run.state).toBe('RUNNING')
  expect(await as('cancelRun', { id })).toMatchObject({ id })
})

it('waits while other anchors of the process crawl, and registers and publishes meanwhile', async () => {
  const { gate } = admin.server.jobContext
  const crawls = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  for (const { promise } of crawls) void gate.run('crawl', new AbortController().signal, () => promise)
  const id = await startRun(admin, 'startCollectionWalk(input: { anchor: "other" })')
  const stateOf = async (run = id) => {
    const document = 'query ($id: ID!) { run(id: $id) { state done } }'
    return (await admin.execute(document, { id: run })).data?.run
  }
  await expect.poll(() => stateOf()).toEqual({ state: 'RUNNING', done: 0 })
  await registerAt('other')
  expect(await stateOf()).toEqual({ state: 'RUNNING', done: 0 })
  const given = await startRun(admin, 'startCollectionWalk(input: { anchor: "faulty" })')
  expect(await as('cancelRun', { id: given })).toMatchObject({ id: given })
  await expect.poll(() => stateOf(given)).toMatchObject({ state: 'CANCELLED' })
  crawls[0]?.resolve()
  await expect.poll(() => stateOf()).toEqual({ state: 'SUCCEEDED', done: 1 })
  crawls[1]?.resolve()
})

it('works while the keys of another anchor are missing, and reports them at that anchor until they are back', async () => {
  const keys = join(admin.config.keysDirectory, 'faulty')
  await admin.server.close()
  await rename(keys, `${keys}.away`)
  restarted = await startSecondAdmin(admin, { port: admin.config.port })
  expect(await alertsOf('faulty')).toContain('KEYS_UNUSABLE')
  expect(await alertsOf('other')).not.toContain('KEYS_UNUSABLE')
  await registerAt('other')

  await rename(`${keys}.away`, keys)
  await expect.poll(() => alertsOf('faulty')).not.toContain('KEYS_UNUSABLE')
  await registerAt('faulty')
})
