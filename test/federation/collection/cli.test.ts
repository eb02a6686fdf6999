/** `inmor-collection` as an operator or a scheduler runs it. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { anchor } from '#test/helpers/federation.ts'
import { folderInFile, inFile } from '#test/helpers/in-file.ts'
import { run } from '#test/helpers/program.ts'
import { untilTrue } from '#test/helpers/until.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'
import { startLargeFederation } from './large-federation.ts'

const ta = trustAnchorInFile()
const federation = inFile(() =>
  anchor({ authorityHints: [entityId] })
    .leaf()
    .start(),
)
const directory = folderInFile('collection')
beforeAll(async () => {
  const file = `domain = "${entityId}"\nredis_uri = "${ta.redis.url}"\nallow_http = true\n`
  await writeFile(join(directory, 'taconfig.toml'), file)
  await ta.publishConfiguration()
  await ta.publishSubordinate({ id: federation.top.id, keys: federation.top.keys })
})
beforeEach(() => federation.leaf.misbehave(undefined))

const collect = (...args: string[]) =>
  run('federation/cli/collection.ts', ['-c', join(directory, 'taconfig.toml'), ...args])

test('crawls, publishes and prints the report', async () => {
  const program = collect(entityId)
  expect((await program.ended).code).toBe(0)
  expect(program.output()).toMatch(
    /^Published 2 entities below https:\/\/ta\.example in \d+ ms, with 0 failures\.$/m,
  )
  expect(await ta.redis.client.hlen(ta.names.collection.entities)).toBe(2)
})

test('prints a line for each failure, and the report as JSON on request', async () => {
  federation.leaf.misbehave('not found')
  const program = collect(entityId)
  expect((await program.ended).code).toBe(0)
  expect(program.output()).toContain(`${federation.leaf.id}: http`)
  const json = collect(entityId, '--json')
  expect((await json.ended).code).toBe(0)
  expect(JSON.parse(json.output())).toMatchObject({
    trustAnchor: entityId,
    entities: 1,
    failed: 1,
    failures: [{ entity: federation.leaf.id }],
  })
})

test('leaves the collection unchanged and exits with code 1 when it is interrupted', {
  tags: 'fault/walk-killed',
}, async () => {
  const before = await ta.redis.client.hgetall(ta.names.collection.entities)
  const asked = federation.leaf.requests.length
  federation.leaf.misbehave('hang')
  const program = collect(entityId)
  await untilTrue('the walk has reached the leaf', () => federation.leaf.requests.length > asked)
  program.kill('SIGTERM')
  expect((await program.ended).code).toBe(1)
  expect(program.output()).toContain('Interrupted by SIGTERM. The collection is unchanged.')
  expect(await ta.redis.client.hgetall(ta.names.collection.entities)).toEqual(before)
})

test('leaves the collection unchanged when it is killed, and its staged data expires', {
  tags: 'fault/walk-killed',
}, async () => {
  const large = await startLargeFederation(entityId, { width: 3, leaves: 20 })
  for (const id of large.top) await ta.publishSubordinate({ id, keys: large.keys })
  const before = await ta.redis.client.hgetall(ta.names.collection.entities)
  federation.leaf.misbehave('hang')
  const program = collect(entityId)
  const staged = () => ta.redis.client.keys('inmor:collection:staging:*')
  await untilTrue('the walk has written something', async () => (await staged()).length > 0)
  program.kill('SIGKILL')
  await program.ended
  expect(await ta.redis.client.hgetall(ta.names.collection.entities)).toEqual(before)
  for (const name of await staged()) expect(await ta.redis.client.ttl(name)).toBeGreaterThan(0)
  federation.leaf.misbehave(undefined)
  expect(await ta.crawl()).toMatchObject({ failed: 0, entities: 2 + large.all.length })
  for (const id of large.top) await ta.removeSubordinate(id)
  await large.close()
})

test.each([
  ['no Trust Anchor', [], /Name the Trust Anchor/],
  ['two Trust Anchors', [entityId, 'https://b.example'], /Unexpected arguments: https:\/\/b\.example/],
  ['an anchor that is not an identifier', ['hello'], /"hello" is not an Entity Identifier/],
  [
    'an anchor that is not pinned',
    ['https://other.example'],
    /keys of https:\/\/other\.example are not pinned/,
  ],
  ['an unknown option', [entityId, '--fast'], /Usage: inmor-collection/],
])('ends with exit code 1 and a sentence: %s', async (_what, args, sentence) => {
  const program = collect(...args)
  expect((await program.ended).code).toBe(1)
  expect(program.output()).toMatch(sentence)
  expect(program.output()).not.toContain('    at ')
})
