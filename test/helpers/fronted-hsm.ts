/** Compiles a PKCS#11 module that stands in front of the one of SoftHSM. The compiler is the one that built the package pkcs11js. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type SoftHsm, startSoftHsm } from './soft-hsm.ts'

const exec = promisify(execFile)

export type FrontedHsm = SoftHsm & {
  environment: { BASE_MODULE: string; MODULE_FOLDER: string }
  /** Of the module, which may read and write files there. */
  folder: string
}

/** `source`: its name beside this file. */
export async function startFrontedHsm(source: string): Promise<FrontedHsm> {
  const hsm = await startSoftHsm()
  const folder = await mkdtemp(join(tmpdir(), 'inmor-module-'))
  const module = join(folder, 'module.so')
  const file = fileURLToPath(import.meta.resolve(`./${source}`))
  await exec('cc', ['-shared', '-fPIC', '-Wall', '-Werror', '-o', module, file, '-ldl'])
  return {
    ...hsm,
    module,
    folder,
    environment: { ...hsm.environment, BASE_MODULE: hsm.module, MODULE_FOLDER: folder },
    async close() {
      await hsm.close()
      await rm(folder, { recursive: true })
    },
  }
}
