/** Starts moto, which emulates AWS. Its installation takes longer than all tests with it, so it is not installed here. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { spawnOwn } from '#test/helpers/own-process.ts'
import { freePort } from '#test/helpers/port.ts'
import { eventually } from '#test/helpers/product.ts'

const exec = promisify(execFile)

/** Null: it is installed. */
export const whyNoMoto = await exec('moto_server', ['--help']).then(
  () => null,
  () => "moto_server is not installed: pip install 'moto[server,kms]'",
)

export async function startMoto() {
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const moto = spawnOwn('sh', ['-c', `exec moto_server --host 127.0.0.1 --port ${port} 2>/dev/null`])
  moto.stdout.resume()
  await eventually(() => fetch(endpoint))
  return {
    endpoint,
    async close() {
      moto.kill()
      await once(moto, 'exit')
    },
  }
}
