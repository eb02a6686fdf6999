/** A public host with a key of its own for answers, from the first step to the revocation: all that it serves verifies. */
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { JwkSet } from '#core/keys.ts'
import { readConfig } from '#federation/config/config.ts'
import { type FederationServer, startFederationServer } from '#federation/start.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { folderInFile } from '#test/helpers/in-file.ts'
import { eventually } from '#test/helpers/product.ts'
import { run } from '#test/helpers/program.ts'
import { startRun, watchRun } from '#test/helpers/run.ts'
import { memberInFile, register } from '#test/helpers/subordinate.ts'
import { changeKey, keysByState } from './key-state.ts'

const type = 'https://ta.example.org/marks/member'
const typOf = {
  resolve: 'resolve-response+jwt',
  trust_mark_status: 'trust-mark-status-response+jwt',
  subordinate_events: 'entity-events-statement+jwt',
  status_list: 'statuslist+jwt',
}
type Name = keyof typeof typOf

let mark: string
/** The key directory of the public host: its own key, and the public folders as the admin host has them. */
const directory = folderInFile('public-host')
let publicHost: FederationServer
let firstKid: string
let nextKid: string

const admin = adminInFile()
const entity = memberInFile(admin)
beforeAll(async () => {
  await register(admin, entity)
  await admin.mutate('createTrustMarkType', { type, statusList: true }, 'id')
  await admin.mutate('issueTrustMark', { trustMarkType: type, entityId: entity.id }, 'id')
  mark = await (await admin.get('/trust_mark', { trust_mark_type: type, sub: entity.id })).text()
  for (const name of ['publickeys', 'answer_keys', 'historical_keys']) {
    const folder = join(admin.config.keysDirectory, name)
    await mkdir(folder, { recursive: true })
    await symlink(folder, join(directory, name))
  }
})
afterAll(() => publicHost?.close())

/** Runs the command as an operator does; the key is in a directory of its own until it is known to all. */
async function generate(): Promise<{ kid: string; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'answers-'))
  const program = run('federation/cli/keygeneration.ts', ['--answers', '--type=ES256', `--output=${folder}`])
  expect((await program.ended).code).toBe(0)
  expect(program.output()).toContain(
    "Copy the public key to the folder answer_keys of the admin server's key",
  )
  const [file = ''] = await readdir(join(folder, 'answer_keys'))
  await copyFile(join(folder, 'answer_keys', file), join(admin.config.keysDirectory, 'answer_keys', file))
  return { kid: file.replace('.json', ''), folder }
}

const startPublicHost = () =>
  startFederationServer(
    readConfig([], {
      TA_DOMAIN: admin.entityId,
      REDIS_URL: admin.redis.url,
      KEYS_DIR: directory,
      ALLOW_HTTP: 'true',
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'silent',
      RESOLVE_RATE_LIMIT: '100000',
    }),
    { waits: { keys: 20 } },
  )

async function ask(name: string, parameters: Record<string, string> = {}): Promise<Response> {
  const host = new URL(admin.entityId).host
  const isPost = name === 'trust_mark_status'
  const text = new URLSearchParams(parameters)
  const url = `${publicHost.url}/${name}${isPost ? '' : `?${text}`}`
  return fetch(url, { headers: { host }, ...(isPost ? { method: 'POST', body: text } : {}) })
}

const questions: Record<Name, () => Promise<Response>> = {
  resolve: () => ask('resolve', { sub: entity.id, trust_anchor: admin.entityId }),
  trust_mark_status: () => ask('trust_mark_status', { trust_mark: mark }),
  subordinate_events: () => ask('subordinate_events', { sub: entity.id }),
  status_list: () => ask('status_list/1'),
}
const names = Object.keys(typOf) as Name[] // of this file

const published = async () => {
  const response = await ask('.well-known/openid-federation')
  return decodeJwt<{ jwks: JwkSet }>(await response.text()).jwks
}

/** Every answer is signed with the key, and verifies with the published configuration alone. */
async function expectAnswers(kid: string): Promise<Record<Name, string>> {
  const jwts = await Promise.all(
    names.map(async (name) => [name, await (await questions[name]()).text()] as const),
  )
  for (const [name, jwt] of jwts) {
    const { protectedHeader } = await jwtVerify(jwt, createLocalJWKSet(await published()), {
      typ: typOf[name],
    })
    expect([name, protectedHeader.kid]).toEqual([name, kid])
  }
  return Object.fromEntries(jwts) as Record<Name, string> // one for each name
}

async function stateOf(kid: string): Promise<Record<string, unknown>> {
  const { data } = await admin.execute(
    '{ signingKeys { keys { kid state file store publishedAt usableFrom superiorFaults } } }',
  )
  return data.signingKeys.keys.find((key: { kid: string }) => key.kid === kid)
}

/** Resolves again and again until it is stopped; returns the statuses. */
function keepResolving(): () => Promise<number[]> {
  const statuses: number[] = []
  let isStopped = false
  const asking = (async () => {
    while (!isStopped) statuses.push((await questions.resolve()).status)
  })()
  return async () => {
    isStopped = true
    await asking
    return statuses
  }
}

it('publishes the public key before a server signs with it', async () => {
  const made = await generate()
  firstKid = made.kid
  await eventually(async () => expect((await stateOf(firstKid))?.usableFrom).not.toBeNull())
  expect(await stateOf(firstKid)).toMatchObject({
    state: 'ANSWERS',
    file: `answer_keys/${firstKid}.json`,
    store: null,
    publishedAt: expect.any(String),
    superiorFaults: [],
  })
  await rename(join(made.folder, 'answers.json'), join(directory, 'answers.json'))
  await rm(made.folder, { recursive: true })
})

it('a host without private.json answers with it', async () => {
  publicHost = await startPublicHost()
  expect(await readdir(directory)).not.toContain('private.json')
  await expectAnswers(firstKid)
})

it('a whole rollover of the signing key leaves it, and no answer fails in between', async () => {
  const { CURRENT: oldKid = '' } = await keysByState(admin)
  const stop = keepResolving()
  onTestFinished(async () => void (await stop()))
  await changeKey(admin, 'announceSigningKey', { alg: 'ES256' })
  await expectAnswers(firstKid)
  await changeKey(admin, 'switchSigningKey', { overrideReason: 'a test' })
  // The statement that the new key signed is resolved at once: the host has its public part since it was announced.
  await eventually(async () => {
    const statement = await (await ask('fetch', { sub: entity.id })).text()
    expect(decodeProtectedHeader(statement).kid).not.toBe(oldKid)
  })
  await expectAnswers(firstKid)
  await watchRun(admin, await startRun(admin, 'reissueTrustMarks(input: {})'))
  expect(await changeKey(admin, 'retireKey', { kid: oldKid, acceptCopies: true })).toMatchObject({
    kid: oldKid,
  })
  await expectAnswers(firstKid)
  expect(new Set(await stop())).toEqual(new Set([200]))
  const states = await keysByState(admin)
  expect(Object.keys(states).sort()).toEqual(['ANSWERS', 'CURRENT'])
  expect(states.ANSWERS).toBe(firstKid)
})

it('is replaced: published, moved into its place, and retired with consent only', async () => {
  const before = await expectAnswers(firstKid)
  const made = await generate()
  nextKid = made.kid
  await eventually(async () => expect((await stateOf(nextKid))?.usableFrom).not.toBeNull())
  await expectAnswers(firstKid)
  await rename(join(made.folder, 'answers.json'), join(directory, 'answers.json'))
  await rm(made.folder, { recursive: true })
  await eventually(() => expectAnswers(nextKid))
  for (const name of names)
    await jwtVerify(before[name], createLocalJWKSet(await published()), { typ: typOf[name] })
  expect(await changeKey(admin, 'retireKey', { kid: firstKid })).toMatchObject({
    __typename: 'UnsafeKeyChangeError',
    message: expect.stringMatching(
      /^A federation server may sign answers with this key\. .* set acceptCopies\.$/,
    ),
  })
  await changeKey(admin, 'retireKey', { kid: firstKid, acceptCopies: true })
  expect(await readdir(join(directory, 'answer_keys'))).toEqual([`${nextKid}.json`])
  expect(await readdir(join(directory, 'historical_keys'))).toContain(`${firstKid}.json`)
  await expectAnswers(nextKid)
})

it('revoked, it signs nothing more, and what is published is served', async () => {
  const { CURRENT: signs } = await keysByState(admin)
  expect(await changeKey(admin, 'revokeKey', { kid: nextKid, reason: 'compromised' })).toMatchObject({
    revoked: { reason: 'compromised' },
  })
  expect(await keysByState(admin)).toEqual({ CURRENT: signs })
  await eventually(async () => {
    expect((await published()).keys.map(({ kid }) => kid)).toEqual([signs])
    for (const name of names) expect([name, (await questions[name]()).status]).toEqual([name, 503])
  })
  const statement = await (await ask('fetch', { sub: entity.id })).text()
  await jwtVerify(statement, createLocalJWKSet(await published()))
  await publicHost.close()
  publicHost = await startPublicHost()
  expect((await questions.resolve()).status).toBe(503)
  expect((await ask('list')).status).toBe(200)
  const { data } = await admin.execute(
    '{ auditEvents(filter: {actions: [REVOKE_KEY]}) { edges { node { before after } } } }',
  )
  expect(data.auditEvents.edges[0].node).toEqual({
    before: { state: 'ANSWERS' },
    after: { state: 'REVOKED', reason: 'compromised' },
  })
})
