/** Tests private keys in files that other users of the host can read: the mode is repaired, or the operator hears of it. */
import { execFile } from 'node:child_process'
import { chmod, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { generateSigningKey } from '#core/keys.ts'
import { readKeyDirectory } from '#store/key-directory.ts'
import { folderInTest } from '#test/helpers/in-file.ts'

const exec = promisify(execFile)
const UNPRIVILEGED = 65_534

async function makeDirectory(): Promise<string> {
  const directory = await folderInTest('inmor-mode')
  await chmod(directory, 0o755)
  await writeFile(join(directory, 'private.json'), JSON.stringify(await generateSigningKey('ES256')))
  await writeFile(join(directory, 'next.json'), JSON.stringify(await generateSigningKey('ES256')))
  return directory
}

const modeOf = async (file: string) => (await stat(file)).mode & 0o777

it.each([
  [0o644, 0o640],
  [0o666, 0o660],
  [0o604, 0o600],
  [0o640, 0o640],
  [0o600, 0o600],
  [0o400, 0o400],
])('takes the rights of other users from a private key: %o becomes %o', async (given, left) => {
  const directory = await makeDirectory()
  for (const name of ['private.json', 'next.json']) await chmod(join(directory, name), given)
  const { signer, warnings } = await readKeyDirectory(directory)
  expect(warnings).toEqual([])
  expect(signer.kid).toBeTruthy()
  for (const name of ['private.json', 'next.json']) expect(await modeOf(join(directory, name))).toBe(left)
})

it('leaves a reference to a key in a store as it is, because it has no secret', async () => {
  const directory = await makeDirectory()
  const { d: _, ...publicKey } = await generateSigningKey('ES256')
  const reference = { ...publicKey, store: { name: 'pkcs11', id: '0a' } }
  await writeFile(join(directory, 'answers.json'), JSON.stringify(reference))
  await chmod(join(directory, 'answers.json'), 0o644)
  await readKeyDirectory(directory)
  expect(await modeOf(join(directory, 'answers.json'))).toBe(0o644)
})

it.skipIf(process.getuid?.() !== 0)(
  'names a file whose mode it may not change, and uses the key',
  async () => {
    const directory = await makeDirectory()
    for (const name of ['private.json', 'next.json']) await chmod(join(directory, name), 0o644)
    const program = `
    import { closeToOthers } from ${JSON.stringify(import.meta.resolve('#store/key-file.ts'))}
    process.setgid(${UNPRIVILEGED}); process.setuid(${UNPRIVILEGED})
    console.log(await closeToOthers(${JSON.stringify(join(directory, 'private.json'))}))`
    const { stdout } = await exec(process.execPath, ['--input-type=module', '-e', program])
    const file = join(directory, 'private.json')
    expect(stdout.trim()).toBe(
      `${file} has the mode 0644, so every user of this host can read the private key in it. The mode cannot be changed from here (EPERM): set it to 0600, or to 0640 for a group that needs the key.`,
    )
  },
)
