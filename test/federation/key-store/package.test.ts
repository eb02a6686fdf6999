/** Tests that the command of the error message installs an optional package, with each npm, which then can be loaded. */
import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { softHsmLacking } from '#test/helpers/soft-hsm.ts'

const exec = promisify(execFile)
const root = fileURLToPath(new URL('../../..', import.meta.url))
/** Milliseconds: npm may have to be fetched, and the package is compiled. */
const SLOW = 180_000

/** A copy of what finds the package, beside the manifest of the product. */
async function copyProduct(): Promise<string> {
  // A folder whose name has a space, as on the desktop of an evaluator.
  const folder = await mkdtemp(join(tmpdir(), 'inmor package-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const filter = (path: string) => !path.endsWith('node_modules')
  for (const part of ['federation/key-store', 'package.json', 'package-lock.json'])
    await cp(join(root, part), join(folder, part), { recursive: true, filter })
  return folder
}

/** Puts `npm` of a version into a folder for PATH; null takes the one that is here. */
async function placeNpm(folder: string, version: string | null): Promise<string> {
  const here = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`
  if (version === null) return here
  const programs = join(folder, 'programs')
  await mkdir(programs)
  const npm = join(programs, 'npm')
  await writeFile(npm, `#!/bin/sh\nPATH='${here}' exec npx --yes npm@${version} "$@"\n`)
  await chmod(npm, 0o755)
  return `${programs}${delimiter}${here}`
}

describe.skipIf(softHsmLacking !== null)(`an optional package (${softHsmLacking ?? 'npm'})`, () => {
  it.each([null, '10', '11', '12'])('is installed by npm %s', { timeout: SLOW }, async (version) => {
    const product = await copyProduct()
    const PATH = await placeNpm(product, version)
    // The compiler takes half as long without optimization.
    const environment = { ...process.env, PATH, NODE_PATH: '', CXXFLAGS: '-O0' }
    const run = async (program: string, ...args: string[]) =>
      (await exec(program, args, { cwd: tmpdir(), env: environment })).stdout
    const source = JSON.stringify(join(product, 'federation/key-store/package.ts'))
    const ask = (expression: string) =>
      run(
        process.execPath,
        '--input-type=module',
        '-e',
        `const its = await import(${source}); console.log(${expression})`,
      )

    const sentence = await ask(`its.findPackage('pkcs11js') ?? its.missingPackage('pkcs11js')`)
    const [, command = ''] =
      /^The package pkcs11js is not installed\. Install it: (npm .*)\n$/.exec(sentence) ?? []
    await run('sh', '-c', command)
    expect(await ask(`typeof its.loadPackage('pkcs11js').PKCS11`)).toBe('function\n')
  })
})
