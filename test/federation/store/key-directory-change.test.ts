/** The steps of a rollover on the files: after an interruption the directory is usable and nothing is lost. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { generateSigningKey, type Jwk, toPublicJwk } from '#core/keys.ts'
import { readKeyDirectory, writeNewKey } from '#store/key-directory.ts'
import { explainReadOnly } from '#store/key-directory-access.ts'
import { announceKey, switchKey, tidyKeyDirectory, withdrawKey } from '#store/key-directory-change.ts'
import { run } from '#test/helpers/program.ts'

let directory: string
let place: { directory: string; historicalDirectory: string }
let current: Jwk
let next: Jwk

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keys-'))
  place = { directory, historicalDirectory: join(directory, 'historical_keys') }
  current = await generateSigningKey('ES256')
  next = await generateSigningKey('ES384')
  await writeNewKey(directory, current)
})
afterEach(() => rm(directory, { recursive: true }))

const write = (name: string, value: object) => writeFile(join(directory, name), JSON.stringify(value))
const past = (key: Jwk, more: object = {}) => ({ ...toPublicJwk(key), iat: 1, exp: 2, ...more })
const files = async () =>
  (await readdir(directory, { recursive: true })).filter((name) => name.includes('.')).sort()

/** Describes the directory by the names of the keys in this test. */
async function seen() {
  const { signer, listed, historical } = await readKeyDirectory(directory)
  const nameOf = (kid: string) => (kid === current.kid ? 'current' : kid === next.kid ? 'next' : kid)
  return {
    signs: nameOf(signer.kid),
    listed: Object.fromEntries(listed.map(({ jwk, role }) => [nameOf(jwk.kid), role])),
    historical: historical.map(({ kid }) => nameOf(kid)),
  }
}

test('a complete rollover, step by step', async () => {
  await announceKey(place, next)
  expect(await seen()).toEqual({
    signs: 'current',
    listed: { current: 'current', next: 'announced' },
    historical: [],
  })
  await switchKey(place)
  expect(await seen()).toEqual({
    signs: 'next',
    listed: { next: 'current', current: 'published' },
    historical: [],
  })
  expect(JSON.parse(await readFile(join(directory, 'private.json'), 'utf8'))).toEqual(next)
  await withdrawKey(place, past(current))
  expect(await seen()).toEqual({ signs: 'next', listed: { next: 'current' }, historical: ['current'] })
  const names = [`historical_keys/${current.kid}.json`, 'private.json', `publickeys/${next.kid}.json`]
  expect(await files()).toEqual(names.sort())
})

test('refuses to switch without an announced key', async () => {
  await expect(switchKey(place)).rejects.toThrow(/next\.json does not exist\. Announce a key first\./)
  expect((await seen()).signs).toBe('current')
})

test('finds a key under any file name, and keeps an unusual kid inside the folder', async () => {
  const odd = { ...toPublicJwk(next), kid: '../odd' }
  await write('publickeys/by-hand.json', odd)
  await withdrawKey(place, past(odd as Jwk))
  expect((await seen()).historical).toEqual(['../odd'])
  expect(await files()).toContain('historical_keys/..%2Fodd.json')
  expect(await files()).not.toContain('publickeys/by-hand.json')
})

test('an announced key is where a server finds it that cannot read private parts', async () => {
  await announceKey(place, next)
  expect(await files()).toContain(`publickeys/${next.kid}.json`)
  await withdrawKey(place, past(next))
  expect(await files()).toEqual(
    [`historical_keys/${next.kid}.json`, 'private.json', `publickeys/${current.kid}.json`].sort(),
  )
})

test('announces nothing when the public part cannot be written', async () => {
  await rm(join(directory, 'publickeys'), { recursive: true })
  await write('publickeys', {})
  await expect(announceKey(place, next)).rejects.toThrow(/publickeys cannot be created/)
  expect(await readdir(directory)).not.toContain('next.json')
})

test('a rollover leaves a key for answers, and its withdrawal removes every part of it', async () => {
  const answers = await generateSigningKey('ES256')
  await writeNewKey(directory, answers, { purpose: 'answers' })
  await announceKey(place, next)
  await switchKey(place)
  await withdrawKey(place, past(current))
  expect((await seen()).listed).toEqual({ next: 'current', [answers.kid]: 'answers' })
  await withdrawKey(place, past(answers, { revoked: { revoked_at: 2 } }))
  expect((await seen()).listed).toEqual({ next: 'current' })
  const left = [current, answers].map(({ kid }) => `historical_keys/${kid}.json`)
  expect(await files()).toEqual([...left, 'private.json', `publickeys/${next.kid}.json`].sort())
})

/** The state at an interruption, how a server reads it, and the files after tidying. */
const cut: [what: string, arrange: () => Promise<unknown>, signs: string, listed: object, left: string[]][] =
  [
    [
      'announcing, before the file had its name',
      () => write('next.json.4711.tmp', next),
      'current',
      { current: 'current' },
      ['private.json', 'publickeys/current.json'],
    ],
    [
      'switching, with the public keys written',
      async () => {
        await write('next.json', next)
        await write(`publickeys/${next.kid}.json`, toPublicJwk(next))
      },
      'current',
      { current: 'current', next: 'announced' },
      ['next.json', 'private.json', 'publickeys/current.json', 'publickeys/next.json'],
    ],
    [
      'retiring, in the history and published still',
      async () => {
        await write('next.json', next)
        await switchKey(place)
        await write(`historical_keys/${current.kid}.json`, past(current))
      },
      'next',
      { next: 'current' },
      ['historical_keys/current.json', 'private.json', 'publickeys/next.json'],
    ],
    [
      'revoking an announced key, in the history and announced still',
      async () => {
        await write('next.json', next)
        await write(`historical_keys/${next.kid}.json`, past(next, { revoked: { revoked_at: 2 } }))
      },
      'current',
      { current: 'current' },
      ['historical_keys/next.json', 'private.json', 'publickeys/current.json'],
    ],
    [
      'copying by hand, the same key twice',
      () => write('next.json', current),
      'current',
      { current: 'current' },
      ['private.json', 'publickeys/current.json'],
    ],
  ]

describe('interrupted while', () => {
  test.each(cut)('%s', async (_what, arrange, signs, listed, left) => {
    await mkdir(place.historicalDirectory)
    await arrange()
    expect(await seen()).toMatchObject({ signs, listed })
    await tidyKeyDirectory(place)
    expect(await seen()).toMatchObject({ signs, listed })
    const name = (file: string) => file.replace(current.kid, 'current').replace(next.kid, 'next')
    expect((await files()).map(name).sort()).toEqual(left)
  })
})

test('refuses a signing key that is also historical, with its file', async () => {
  await mkdir(place.historicalDirectory)
  await write(`historical_keys/${current.kid}.json`, past(current))
  await expect(readKeyDirectory(directory)).rejects.toThrow(/private\.json contains .* historical key/)
})

test('killed at any time, has a signing key, and every key that may have signed is published or historical', async () => {
  for (let kill = 1; kill <= 6; kill++) {
    const program = run('test/federation/store/rollovers.ts', [directory])
    // After some rollovers, at any point of the next one.
    await program.printed(new RegExp(`(.+\\n){${kill}}`))
    program.kill('SIGKILL')
    await program.ended
    const reported = program.stdout().trim().split('\n')
    const { signer, published, historical } = await readKeyDirectory(directory)
    const known = new Set([...published.keys, ...historical].map(({ kid }) => kid))
    expect(known).toContain(signer.kid)
    expect(known).toContain(current.kid)
    // The last key may have been reported just before it was written.
    expect(reported.slice(0, -1).filter((kid) => !known.has(kid))).toEqual([])
    expect(JSON.stringify([published, historical])).not.toContain('"d"')
  }
})

test('keys can be changed in a writable directory', async () => {
  expect(await explainReadOnly(place)).toBeNull()
  await writeFile(join(directory, 'historical_keys'), '')
  expect(
    await explainReadOnly({ ...place, historicalDirectory: join(directory, 'historical_keys', 'x') }),
  ).toMatch(/cannot be written \(ENOTDIR\)/)
})
