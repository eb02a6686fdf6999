/** `inmor-export` as an operator or a service manager runs it. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeProtectedHeader } from 'jose'
import { beforeAll, expect, it } from 'vitest'
import { ENTITY_STATEMENT_TYP } from '#core/entity-statement/index.ts'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { folderInFile } from '#test/helpers/in-file.ts'
import { run } from '#test/helpers/program.ts'
import { signConfiguration } from '../mirror/mirrored.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'

const type = 'https://ta.example/marks/member'
const MEMBERS = 2_000
const memberId = (at: number) => `https://rp-${at}.example.org`

const ta = trustAnchorInFile()
const directory = folderInFile('export')
const [path, keys] = [join(directory, 'files'), join(directory, 'keys')]
beforeAll(async () => {
  await writeNewKey(keys, ta.key)
  const lines = [`domain = "${entityId}"`, `redis_uri = "${ta.redis.url}"`]
  await writeFile(join(directory, 'taconfig.toml'), lines.join('\n'))
  await ta.publishConfiguration()
  const jwt = await ta.publishSubordinate({ id: memberId(0) })
  const fields = Array.from({ length: MEMBERS }, (_, at) => [memberId(at), `${jwt}${at}`]).flat()
  await ta.redis.client.hset(ta.names.subordinates, ...fields)
})

const start = (...args: string[]) =>
  run('federation/export/main.ts', ['-c', join(directory, 'taconfig.toml'), ...args], {
    environment: { KEYS_DIR: keys, METRICS_PORT: '0', HOST: '127.0.0.1' },
  })
const names = () => readdir(join(path, 'fetch')).catch(() => [])

it('writes no half file, wherever it is killed, and completes the folder at the next start', async () => {
  const published = await ta.redis.client.hgetall(ta.names.subordinates)
  for (const some of [1, 1_000]) {
    const program = start(path)
    await expect.poll(async () => (await names()).length, { interval: 5 }).toBeGreaterThan(some)
    program.kill('SIGKILL')
    await program.ended
    for (const name of await names()) {
      const sub = decodeURIComponent(name.slice(0, -'.jwt'.length))
      expect(await readFile(join(path, 'fetch', name), 'utf8')).toBe(published[sub])
    }
  }
  const program = start(path, '--once')
  expect((await program.ended).code).toBe(0)
  expect(program.output()).toMatch(/files is as published: \d+ files were written and 0 removed\.$/m)
  expect(await names()).toHaveLength(MEMBERS)
})

it('follows changes until it is ended, and serves metrics', async () => {
  const program = start(path)
  const [, metrics = ''] = await program.printed(/"url":"(http:\S+?)"/)
  await program.printed(/The export was compared/)
  const age = async () =>
    /^inmor_export_manifest_age_seconds\{anchor="main"\} (\d.*)$/m.exec(await (await fetch(metrics)).text())
  await expect.poll(age).not.toBeNull()
  await ta.removeSubordinate(memberId(7))
  const gone = `${encodeURIComponent(memberId(7))}.jwt`
  await expect.poll(names, { interval: 10 }).not.toContain(gone)
  program.kill('SIGTERM')
  expect((await program.ended).code).toBe(0)
  expect(program.output().match(/was compared/g)).toHaveLength(1)
})

it('ends with a reason without Redis, and with wrong arguments', async () => {
  const away = run('federation/export/main.ts', [path], {
    environment: { KEYS_DIR: keys, TA_DOMAIN: entityId, REDIS_URL: 'redis://127.0.0.1:1' },
  })
  expect((await away.ended).code).toBe(1)
  expect(away.stderr()).toMatch(/store of published statements|Redis/)
  const wrong = start()
  expect((await wrong.ended).code).toBe(1)
  expect(wrong.stderr()).toContain('The folder is missing. Name the folder to write into.')
})

it('ends a single comparison on a signal', async () => {
  const program = start(join(directory, 'others'), '--once')
  const others = () => readdir(join(directory, 'others', 'fetch')).catch(() => [])
  await expect.poll(others, { interval: 5 }).not.toEqual([])
  program.kill('SIGTERM')
  expect((await program.ended).code).toBe(1)
  expect(program.stderr()).toContain('Interrupted. The files that were not compared are as they were.')
  expect((await others()).length).toBeLessThan(MEMBERS)
})

it('removes what a stolen key signed as soon as it is revoked, and publishes the rest', async () => {
  const [stolen, next] = [ta.key, await generateSigningKey('ES256')]
  const [member, holder] = [memberId(0), memberId(1)]
  await ta.issueTrustMark({ type, subject: holder })
  const program = start(path)
  await program.printed(/The export was compared/)
  const signedBy = async (kid: string) => {
    const files = (await readdir(path, { recursive: true })).filter((name) => !name.startsWith('.tmp'))
    const texts = await Promise.all(files.map((file) => readFile(join(path, file), 'utf8').catch(() => '')))
    return files.filter(
      (_, at) => texts[at]?.startsWith('ey') && decodeProtectedHeader(texts[at]).kid === kid,
    )
  }
  expect(await signedBy(stolen.kid)).toEqual(
    expect.arrayContaining([`trust_mark/${encodeURIComponent(type)}/${encodeURIComponent(holder)}.jwt`]),
  )
  await ta.redis.client.set(ta.names.entityConfiguration, await signConfiguration([next]))
  await ta.announce({ kind: 'entity-configuration' })
  const claims = {
    iss: entityId,
    sub: member,
    iat: ta.now(),
    exp: ta.now() + 600,
    jwks: { keys: [toPublicJwk(next)] },
  }
  await ta.redis.client.hset(ta.names.subordinates, member, await ta.sign(claims, ENTITY_STATEMENT_TYP, next))
  await ta.announce({ kind: 'subordinate', id: member })
  await program.printed(/(The export was compared[\s\S]*){2}/) // with the keys of before
  await mkdir(join(keys, 'historical_keys'))
  const revoked = { revoked_at: ta.now(), reason: 'compromised' }
  const historical = { ...toPublicJwk(stolen), iat: 0, exp: ta.now(), revoked }
  await writeFile(join(keys, 'historical_keys', `${stolen.kid}.json`), JSON.stringify(historical))
  await writeNewKey(keys, next, { force: true })
  await expect.poll(() => signedBy(stolen.kid), { interval: 100 }).toEqual([])
  const expected = [
    '.well-known/openid-federation',
    `fetch/${encodeURIComponent(member)}.jwt`,
    'manifest.jwt',
  ]
  await expect.poll(() => signedBy(next.kid)).toEqual(expect.arrayContaining(expected))
  program.kill('SIGTERM')
  await program.ended
})
