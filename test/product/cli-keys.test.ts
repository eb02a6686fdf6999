/** Tests key generation with `inmor keygen` and the deployment guide's `inmor-keygeneration`. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { calculateJwkThumbprint } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { run } from '#test/helpers/program.ts'

let directory: string
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'inmor-keys-')), 'new')
})
afterEach(() => rm(join(directory, '..'), { recursive: true }))

async function call(script: string, args: string[]) {
  const program = run(script, args)
  return { ...(await program.ended), stdout: program.stdout(), stderr: program.stderr() }
}

const readJson = async (...path: string[]) => JSON.parse(await readFile(join(directory, ...path), 'utf8'))
const modeOf = async (...path: string[]) => ((await stat(join(directory, ...path))).mode & 0o777).toString(8)

describe.each([
  ['inmor keygen', 'server/cli/inmor.ts', ['keygen']],
  ['inmor-keygeneration', 'federation/cli/keygeneration.ts', []],
])('%s', (_name, script, first) => {
  const generate = (...args: string[]) =>
    call(script, [...first, '--type=ES256', `--output=${directory}`, ...args])

  test('writes a private key that only its owner can read, and a readable public key', async () => {
    const { code, stdout, stderr } = await generate()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { d, ...publicPart } = await readJson('private.json')
    expect(d).toEqual(expect.any(String))
    expect(publicPart).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256' })
    expect(publicPart.kid).toBe(await calculateJwkThumbprint(publicPart))
    expect(await readdir(join(directory, 'publickeys'))).toEqual([`${publicPart.kid}.json`])
    expect(await readJson('publickeys', `${publicPart.kid}.json`)).toEqual(publicPart)
    expect(await modeOf('private.json')).toBe('600')
    expect(await modeOf('publickeys', `${publicPart.kid}.json`)).toBe('644')
    expect(stdout).toContain(publicPart.kid)
    expect(stdout).not.toContain(d)
  })

  test('replaces a key only with --force, and then keeps the public part of the old one', async () => {
    await generate()
    const { kid } = await readJson('private.json')
    const { code, stdout, stderr } = await generate()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^[^\n]*private\.json already exists[^\n]*\n$/)
    expect((await readJson('private.json')).kid).toBe(kid)

    expect(await generate('--force')).toMatchObject({ code: 0, stderr: '' })
    const replaced = await readJson('private.json')
    expect(replaced.kid).not.toBe(kid)
    expect(await modeOf('private.json')).toBe('600')
    expect((await readdir(join(directory, 'publickeys'))).sort()).toEqual(
      [`${kid}.json`, `${replaced.kid}.json`].sort(),
    )
  })

  test('refuses an unknown type and names the known ones', async () => {
    const { code, stderr } = await call(script, [...first, '--type=HS256', `--output=${directory}`])
    expect(code).toBe(first.length > 0 ? 2 : 1)
    expect(stderr.split('\n', 1)[0]).toMatch(/HS256.*RS256, .*ES256/)
    await expect(stat(directory)).rejects.toThrow('ENOENT')
  })

  test('refuses a directory that cannot be created, in one sentence', async () => {
    const { code, stderr } = await call(script, [...first, '--type=ES256', '--output=/dev/null/keys'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^\/dev\/null\/keys[^\n]* cannot be created \(ENOTDIR\)[^\n]*\n$/)
  })
})

test('generates a key for answers with inmor keygen', async () => {
  const args = ['keygen', '--answers', '--type=ES256', `--output=${directory}`, '--json']
  const { stdout } = await call('server/cli/inmor.ts', args)
  const { kid } = await readJson('answers.json')
  expect(JSON.parse(stdout)).toMatchObject({
    kid,
    privateFile: join(directory, 'answers.json'),
    publicFile: join(directory, 'answer_keys', `${kid}.json`),
  })
  expect(await modeOf('answers.json')).toBe('600')
})

test('answers in JSON with inmor keygen', async () => {
  const { stdout } = await call('server/cli/inmor.ts', [
    'keygen',
    '--type=Ed25519',
    `--output=${directory}`,
    '--json',
  ])
  const { kid } = await readJson('private.json')
  expect(JSON.parse(stdout)).toEqual({
    kid,
    alg: 'Ed25519',
    store: 'files',
    privateFile: join(directory, 'private.json'),
    publicFile: join(directory, 'publickeys', `${kid}.json`),
  })
})
