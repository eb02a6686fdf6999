/** Makes SoftHSM tokens in temporary folders, with the package that reaches them: both real, or a reason to skip. */
import { execFile } from 'node:child_process'
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { installOptional } from './optional-package.ts'

const exec = promisify(execFile)

/** Debian's and Fedora's places. */
const modules = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib64/softhsm/libsofthsm.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
]

export type SoftHsm = {
  module: string
  pin: string
  /** For programs and for this process. */
  environment: { SOFTHSM2_CONF: string; NODE_PATH: string }
  /** As if the token was pulled out, and connected again. */
  remove(): Promise<void>
  putBack(): Promise<void>
  close(): Promise<void>
}

/** Why tests with SoftHSM are skipped here; null where they run. */
export const softHsmLacking: string | null = await findReason()

async function findReason(): Promise<string | null> {
  try {
    await exec('softhsm2-util', ['--version'])
  } catch {
    return 'softhsm2-util is not installed'
  }
  if ((await findModule()) === undefined) return 'the module of SoftHSM is not in a known place'
  try {
    await installOptional('pkcs11js')
    return null
  } catch {
    return 'pkcs11js cannot be installed: it needs a compiler and the package registry'
  }
}

async function findModule(): Promise<string | undefined> {
  for (const file of modules) {
    const isThere = await access(file).then(
      () => true,
      () => false,
    )
    if (isThere) return file
  }
  return undefined
}

export async function startSoftHsm({ label = 'inmor', pin = '7391-secret-pin' } = {}): Promise<SoftHsm> {
  const module = await findModule()
  if (module === undefined) throw new Error('There is no module of SoftHSM.')
  const folder = await mkdtemp(join(tmpdir(), 'inmor-softhsm-'))
  const [tokens, away] = [join(folder, 'tokens'), join(folder, 'away')]
  const configuration = join(folder, 'softhsm2.conf')
  await mkdir(tokens)
  await writeFile(configuration, `directories.tokendir = ${tokens}\nobjectstore.backend = file\n`)
  const environment = { SOFTHSM2_CONF: configuration, NODE_PATH: await installOptional('pkcs11js') }
  const pins = ['--pin', pin, '--so-pin', 'another-secret-pin']
  await exec('softhsm2-util', ['--init-token', '--free', '--label', label, ...pins], {
    env: { ...process.env, ...environment },
  })
  return {
    module,
    pin,
    environment,
    remove: () => rename(tokens, away),
    putBack: () => rename(away, tokens),
    close: () => rm(folder, { recursive: true }),
  }
}
