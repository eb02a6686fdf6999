/** The command `inmor-keygeneration`. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { signingAlgorithms } from '#core/keys.ts'
import { readKeyDirectory } from '#store/key-directory.ts'
import { run } from '#test/helpers/program.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keygen-'))
})
afterEach(() => rm(directory, { recursive: true }))

const keygen = async (...args: string[]) => {
  const program = run('federation/cli/keygeneration.ts', args)
  return { code: (await program.ended).code, output: program.output() }
}

test.each([...signingAlgorithms])('generates a usable key of the type %s', async (type) => {
  const output = join(directory, 'new')
  expect(await keygen(`--type=${type}`, `--output=${output}`)).toMatchObject({ code: 0 })
  const { signer, published } = await readKeyDirectory(output)
  expect(signer.alg).toBe(type)
  expect(published.keys).toHaveLength(1)
})

test('offers the types of the deployment guide', () => {
  expect(signingAlgorithms).toEqual(
    expect.arrayContaining(['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'Ed25519', 'Ed448']),
  )
})

test('replaces a key only with --force', async () => {
  const args = ['--type=ES256', `--output=${directory}`]
  await keygen(...args)
  const { signer } = await readKeyDirectory(directory)
  expect(await keygen(...args)).toMatchObject({ code: 1, output: expect.stringContaining('already exists') })
  expect((await readKeyDirectory(directory)).signer.kid).toBe(signer.kid)
  expect(await keygen(...args, '--force')).toMatchObject({ code: 0 })
  const replaced = await readKeyDirectory(directory)
  expect(replaced.signer.kid).not.toBe(signer.kid)
  expect(replaced.published.keys.map(({ kid }) => kid)).toContain(signer.kid)
})

test.each([
  ['an unknown type', ['--type=HS256', '--output=x'], '"HS256" is not supported. Use RS256'],
  ['no type', ['--output=x'], '--type is missing'],
  ['no directory', ['--type=ES256'], '--output is missing'],
  ['an unknown option', ['--what'], "Unknown option '--what'"],
])('prints the error and the usage: %s', async (_what, args, sentence) => {
  const { code, output } = await keygen(...args)
  expect(code).toBe(1)
  expect(output).toContain(sentence)
  expect(output).toContain('Usage: inmor-keygeneration')
})
