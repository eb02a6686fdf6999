/**
 * Tests that an export has nothing that is not public: every private column of the database, members and marks that were
 * withdrawn, keys of Redis that are no publication, and answers for which clients must authenticate (§8.8).
 */
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { beforeAll, expect, it } from 'vitest'
import { redisKeys } from '#store/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingPartyNamed, startEntity } from '#test/helpers/entity.ts'
import { folderInFile, inFile } from '#test/helpers/in-file.ts'
import { run } from '#test/helpers/program.ts'
import { register } from '#test/helpers/subordinate.ts'
import { plantWords } from './planting.ts'

const admin = adminInFile()
const directory = folderInFile('planted')
const entity = (name: string) =>
  inFile(() => startEntity({ metadata: relyingPartyNamed(name), authorityHints: [admin.entityId] }))
const member = entity('public-name')
const deactivated = entity('planted-deactivated-name')
const removed = entity('planted-removed-name')

/** The name of one that is not in use was published with its marks. */
const [type, unused] = ['https://ta.example/marks/public', 'https://ta.example/marks/unused']
const words: string[] = []

beforeAll(async () => {
  const mutate = async (name: string, input: object, selection = 'id') => {
    const made = await admin.mutate(name, input, selection, 'admin')
    expect(made.message).toBeUndefined()
    return made
  }
  await mutate('updateTrustAnchor', { organizationName: 'public-organization' }, 'version')
  const contacts = [{ role: 'SECURITY', name: 'planted-contact', email: 'planted-contact@example.org' }]
  const { id: organizationId } = await mutate('createOrganization', {
    name: 'planted-organization',
    contacts,
  })
  for (const each of [type, unused]) await mutate('createTrustMarkType', { type: each, statusList: true })
  const issue = (trustMarkType: string, { id: entityId }: { id: string }, text: string) =>
    mutate('issueTrustMark', { trustMarkType, entityId, additionalClaims: { text } }, 'id mark { jwt }')

  const input = { organizationId, additionalClaims: { text: 'public-claim' } }
  const registered = await register(admin, member, { ...input, note: 'planted-note', tags: ['planted-tag'] })
  const held = await issue(type, member, 'public-mark')
  for (const each of [deactivated, removed]) {
    const { id } = await register(admin, each, { additionalClaims: { text: 'planted-claim' } })
    const mark = await issue(type, each, 'planted-revoked-mark')
    await mutate('revokeTrustMark', { id: mark.id, reason: 'planted-reason' })
    if (each === removed) await mutate('removeSubordinate', { id }, '')
    else await mutate('deactivateSubordinate', { id })
    words.push(each.id, encodeURIComponent(each.id), mark.mark.jwt)
  }
  const idle = await issue(unused, member, 'planted-mark-of-an-unused-type')
  await admin.server.db.trustMarkType.update({ where: { type: unused }, data: { active: false } })
  words.push(idle.mark.jwt)

  words.push(...(await plantWords(admin.server.installation)))
  // Signed again from what was planted.
  await mutate('renewSubordinate', { id: registered.id })
  await mutate('renewTrustMark', { id: held.id })
  await admin.server.publisher.rebuild()
  await plantInRedis()
})

/** What processes keep there for themselves. Each key of an unknown name has the same right as those: none. */
async function plantInRedis(): Promise<void> {
  const keys = redisKeys()
  const { client } = admin.redis
  const text = JSON.stringify({ request: 'planted-request', jwt: 'planted-answer', own: [], made: 0 })
  const named = [keys.answer, keys.clientAssertion, keys.examinationClaim, keys.jwksCache]
  for (const key of [...named, keys.remoteStatement, keys.resolveAnswer, keys.resolveClaim])
    await client.set(key('planted-in-redis'), text)
  await client.zadd(keys.questions, 0, text)
  await client.zadd(keys.pushedKeys('planted-in-redis'), 0, 'planted-pushed-keys')
  await client.hset(keys.subordinateEvents, 'https://planted-event.example', '["planted-event"]')
  await client.set('inmor:unknown', 'planted-unknown')
  await client.hset(keys.staging.subordinates, 'https://planted-staged.example', 'planted-staged')
}

/** The texts of every file of a new export, with its name and what its JWTs say. */
async function exportAll(name: string): Promise<{ path: string; text: string }[]> {
  const path = join(directory, name)
  const { entityId, redis, config } = admin
  const environment = {
    TA_DOMAIN: entityId,
    REDIS_URL: redis.url,
    KEYS_DIR: config.keysDirectory,
    ALLOW_HTTP: 'true',
  }
  const program = run('federation/export/main.ts', [path, '--once'], { environment })
  expect((await program.ended).code, program.output()).toBe(0)
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)))
  return Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(join(path, file))
      const plain = file.endsWith('.gz') ? gunzipSync(bytes) : bytes
      return { path: file, text: readAll(`${decodeURIComponent(file)}\n${plain.toString()}`) }
    }),
  )
}

/** A text with the headers and payloads of the JWTs in it, and of those in them. */
function readAll(text: string): string {
  const jwts = text.match(/eyJ[\w-]*\.[\w-]+\.[\w-]+/g) ?? []
  const read = jwts.map((jwt) => JSON.stringify([decodeProtectedHeader(jwt), decodeJwt(jwt)]))
  return [text, ...read.map(readAll)].join('\n')
}

/** The files with a word, and which. */
const leaksIn = (files: Awaited<ReturnType<typeof exportAll>>, secret: readonly string[]) =>
  files.flatMap(({ path, text }) =>
    ['planted', ...secret].filter((word) => text.includes(word)).map((word) => [path, word]),
  )

it('has what is published, and no planted word', async () => {
  const files = await exportAll('open')
  // The reader finds words in files, in JWTs and in JWTs of JWTs.
  const all = files.map(({ text }) => text).join('\n')
  for (const word of ['public-organization', 'public-claim', 'public-mark', 'public-name', member.id])
    expect(all).toContain(word)
  expect(words.length).toBeGreaterThan(200)
  expect(leaksIn(files, words)).toEqual([])
})

it('has no answer for which clients must authenticate', async () => {
  const endpoints = [
    'fetch',
    'list',
    'resolve',
    'trust_mark',
    'trust_mark_list',
    'historical_keys',
    'collection',
  ]
  const endpointAuthMethods = Object.fromEntries(endpoints.map((name) => [name, ['private_key_jwt']]))
  const { __typename, message } = await admin.mutate(
    'updateTrustAnchor',
    { endpointAuthMethods },
    'version',
    'admin',
  )
  expect(message).toBeUndefined()
  expect(__typename).toBe('UpdateTrustAnchorSuccess')
  await expect.poll(async () => (await admin.get('/list')).status).toBe(401)
  const files = await exportAll('closed')
  expect(files.length).toBeGreaterThan(2)
  expect(leaksIn(files, [...words, member.id, 'public-claim', 'public-mark', 'public-name'])).toEqual([])
})
