/** A federation server with a key of its own for answers: without `private.json`, before publication, and for two anchors. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { pino } from 'pino'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { generateSigningKey, type Jwk, type JwkSet, toPublicJwk } from '#core/keys.ts'
import { createKeyStores } from '#federation/key-store/stores.ts'
import type { FederationServer } from '#federation/start.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { generateKey } from '#store/key-generation.ts'
import { inEach } from '#test/helpers/in-file.ts'
import { softHsmLacking, startSoftHsm } from '#test/helpers/soft-hsm.ts'
import { untilTrue } from '#test/helpers/until.ts'
import { ask, prepareInstallation, untilStatus } from './installation.ts'

const CONFIGURATION = '/.well-known/openid-federation'
const main = { slug: 'main', entityId: 'https://ta.example', paused: false }
const second = { slug: 'test', entityId: 'https://test.example', paused: false }
const member = 'https://main.member.example'
const EVENTS = `/subordinate_events?sub=${member}`

let server: FederationServer | undefined

const installation = inEach(() => prepareInstallation(main.entityId))
afterEach(async () => {
  await server?.close()
  server = undefined
})

const fileOf = (name: string, slug = 'main') => join(installation.placeOf(slug).keysDirectory, name)
const writeAnswers = async (slug = 'main', force = false): Promise<Jwk> => {
  const key = await generateSigningKey('ES256')
  await writeNewKey(installation.placeOf(slug).keysDirectory, key, { purpose: 'answers', force })
  return key
}
const publish = (further: readonly Jwk[]) =>
  installation.publish('main', main.entityId, [member], undefined, further)
const eventsOf = (host = 'ta.example', sub = member) =>
  ask(server as FederationServer, host, `/subordinate_events?sub=${sub}`)
const signerOf = async (host?: string, sub?: string) =>
  decodeProtectedHeader((await eventsOf(host, sub)).body).kid

/** Verifies an answer as a client does: with the keys of the Entity Configuration alone. */
async function verified(jwt: string, host = 'ta.example') {
  const { body } = await ask(server as FederationServer, host, CONFIGURATION)
  const { jwks } = decodeJwt<{ jwks: JwkSet }>(body)
  return (await jwtVerify(jwt, createLocalJWKSet(jwks))).protectedHeader.kid
}

test('serves and signs without private.json, with its own published key', async () => {
  const answers = await writeAnswers()
  await publish([answers])
  await rm(fileOf('private.json'))
  server = await installation.start()
  const { status, body } = await eventsOf()
  expect(status).toBe(200)
  expect(await verified(body)).toBe(answers.kid)
  const statement = await ask(server, 'ta.example', `/fetch?sub=${member}`)
  expect(await verified(statement.body)).toBe(installation.keyOf('main').kid)
})

test('answers 503 until its key is published, and serves what is published meanwhile', async () => {
  const answers = await writeAnswers()
  await rm(fileOf('private.json'))
  const lines: { msg: string; level: number }[] = []
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  server = await installation.start({ logger })
  const refused = await eventsOf()
  expect([refused.status, JSON.parse(refused.body)]).toEqual([
    503,
    {
      error: 'temporarily_unavailable',
      error_description:
        'This server has no published key to sign answers with at the moment. Try again later.',
    },
  ])
  await eventsOf()
  const told = lines.filter(({ level, msg }) => level === 50 && msg.includes(answers.kid))
  expect(told.map(({ msg }) => msg)).toEqual([
    `Answers cannot be signed. The key ${answers.kid} in answers.json is not in the published Entity Configuration. Copy its public key to the folder answer_keys of the admin server's key directory.`,
  ])
  for (const path of [CONFIGURATION, `/fetch?sub=${member}`, '/list', '/health'])
    expect((await ask(server, 'ta.example', path)).status).toBe(200)
  await publish([answers])
  await untilStatus(server, 'ta.example', EVENTS, 200)
  expect(await signerOf()).toBe(answers.kid)
  expect(lines.at(-1)?.msg).not.toContain('cannot be signed')
})

test('signs with private.json until its key is published, and again when it is no longer', async () => {
  const answers = await writeAnswers()
  server = await installation.start()
  const { kid } = installation.keyOf('main')
  expect(await signerOf()).toBe(kid)
  await publish([answers])
  await untilTrue('answers are signed with the own key', async () => (await signerOf()) === answers.kid)
  await publish([])
  await untilTrue('answers are signed with private.json', async () => (await signerOf()) === kid)
})

test('takes a replaced file while it runs, keeps the key of a broken one, and goes back when it is removed', async () => {
  const [first, next] = [await writeAnswers(), await generateSigningKey('ES384')]
  /** Drops the answers that are kept for seconds. */
  const signerNow = async () => {
    await publish([first, next])
    return signerOf()
  }
  await publish([first, next])
  const lines: string[] = []
  const logger = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) })
  server = await installation.start({ logger })
  expect(await signerOf()).toBe(first.kid)
  await writeFile(fileOf('answers.new'), JSON.stringify(next))
  await rename(fileOf('answers.new'), fileOf('answers.json'))
  await untilTrue('answers are signed with the new file', async () => (await signerNow()) === next.kid)
  await writeFile(fileOf('answers.json'), '{')
  await untilTrue('the broken file was read', () => lines.some((line) => line.includes('is not valid JSON')))
  expect(await signerNow()).toBe(next.kid)
  await rm(fileOf('answers.json'))
  const { kid } = installation.keyOf('main')
  await untilTrue('answers are signed with private.json', async () => (await signerNow()) === kid)
})

test('a revoked key signs nothing, also after a restart, and no statement is lost', async () => {
  const answers = await writeAnswers()
  await publish([answers])
  await rm(fileOf('private.json'))
  server = await installation.start()
  await untilStatus(server, 'ta.example', EVENTS, 200)
  const history = { ...toPublicJwk(answers), exp: 2, revoked: { revoked_at: 2, reason: 'compromised' } }
  await mkdir(fileOf('historical_keys'))
  await writeFile(fileOf(`historical_keys/${answers.kid}.json`), JSON.stringify(history))
  // The published configuration lists it still: the files are enough.
  await untilTrue('nothing is signed', async () => {
    await publish([answers])
    return (await eventsOf()).status === 503
  })
  await server.close()
  server = await installation.start()
  expect((await eventsOf()).status).toBe(503)
  expect((await ask(server, 'ta.example', `/fetch?sub=${member}`)).status).toBe(200)
})

test('says when it lacks the key of the Entity Configuration', async () => {
  const answers = await writeAnswers()
  await publish([answers])
  await rm(fileOf('private.json'))
  const lines: { level: number; msg: string }[] = []
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  server = await installation.start({ logger })
  await eventsOf()
  expect(lines.filter(({ level }) => level >= 50)).toEqual([])
  await rm(fileOf('publickeys'), { recursive: true })
  await untilTrue('the missing key is reported', async () => {
    await publish([answers])
    await eventsOf()
    return lines.some(({ level, msg }) => level === 50 && msg.includes('Copy the folder publickeys'))
  })
  expect((await eventsOf()).status).toBe(200)
})

test('each anchor has its own key for answers', async () => {
  const subject = 'https://test.member.example'
  const keys = [await writeAnswers('main'), await writeAnswers('test')] as const
  await publish([keys[0]])
  await installation.publish('test', second.entityId, [subject], undefined, [keys[1]])
  await installation.register(main, second)
  for (const slug of ['main', 'test']) await rm(fileOf('private.json', slug))
  server = await installation.start()
  expect(await verified((await eventsOf()).body)).toBe(keys[0].kid)
  const other = await eventsOf('test.example', subject)
  expect(await verified(other.body, 'test.example')).toBe(keys[1].kid)
  // One anchor's key says nothing for the other.
  await writeFile(fileOf('answers.json', 'test'), JSON.stringify(keys[0]))
  await untilTrue('the key of the other anchor is not used', async () => {
    await installation.publish('test', second.entityId, [subject], undefined, [keys[1]])
    return (await eventsOf('test.example', subject)).status === 503
  })
  expect((await eventsOf()).status).toBe(200)
})

test.each<[what: string, arrange: () => Promise<unknown>, sentence: RegExp]>([
  [
    'neither file',
    async () => {},
    /private\.json does not exist, and neither does answers\.json\. Generate .* inmor-keygeneration --answers\.$/,
  ],
  [
    'only the public part',
    async () =>
      writeFile(fileOf('answers.json'), JSON.stringify(toPublicJwk(await generateSigningKey('ES256')))),
    /answers\.json does not contain a usable key: .*is a public key, but .* Move it to the folder answer_keys\.?$/,
  ],
  [
    'two parts of different keys',
    async () => {
      const [one, other] = [await generateSigningKey('ES256'), await generateSigningKey('ES256')]
      await writeFile(fileOf('answers.json'), JSON.stringify({ ...one, d: other.d }))
    },
    /answers\.json contains a key whose signatures do not verify/,
  ],
  [
    'the key that signs statements',
    () => writeFile(fileOf('answers.json'), JSON.stringify(installation.keyOf('main'))),
    /answers\.json contains the key \S+, which signs statements\. Generate a key of its own/,
  ],
  [
    'a store that is not configured',
    async () => {
      const reference = {
        ...toPublicJwk(await generateSigningKey('ES256')),
        store: { name: 'pkcs11', id: '01' },
      }
      await writeFile(fileOf('answers.json'), JSON.stringify(reference))
    },
    /answers\.json names a key that cannot be used: The key is in a PKCS#11 token, but PKCS11_MODULE is not set/,
  ],
])('does not start, and says what to do: %s', async (_what, arrange, sentence) => {
  await arrange()
  await rm(fileOf('private.json'))
  await expect(installation.start()).rejects.toThrow(sentence)
})

test.skipIf(softHsmLacking !== null)(
  `signs with a key in a token, without a private key in any file (${softHsmLacking ?? 'SoftHSM'})`,
  async () => {
    const hsm = await startSoftHsm()
    for (const [name, value] of Object.entries(hsm.environment)) vi.stubEnv(name, value)
    // After the server was closed.
    onTestFinished(async () => {
      vi.unstubAllEnvs()
      await hsm.close()
    })
    const token = { pkcs11Module: hsm.module, pkcs11Pin: hsm.pin, keyStoreTimeout: 5 }
    const directory = dirname(fileOf('answers.json'))
    const stores = createKeyStores({ ...installation.config, ...token })
    const { kid, publicFile } = await generateKey(stores, directory, {
      ...{ alg: 'ES256' as const, store: 'pkcs11' as const, purpose: 'answers' as const },
    }).finally(stores.close)
    expect(await readFile(fileOf('answers.json'), 'utf8')).not.toMatch(/"(d|priv)":/)
    await publish([JSON.parse(await readFile(publicFile, 'utf8'))])
    await rm(fileOf('private.json'))
    server = await installation.start({}, token)
    expect(await verified((await eventsOf()).body)).toBe(kid)
  },
)
