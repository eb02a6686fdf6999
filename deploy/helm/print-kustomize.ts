/**
 * Prints the chart as a base of kustomize: `print-kustomize.ts DIRECTORY [OPTION…]` with options of `helm template`, such as
 * `--values values.yaml`. It needs helm. Jobs are printed too: apply them as your tool orders them, the migration first.
 */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const chart = fileURLToPath(new URL('inmor', import.meta.url))
const [directory, ...options] = process.argv.slice(2)
if (directory === undefined) {
  process.stderr.write('Usage: print-kustomize.ts DIRECTORY [OPTION OF helm template…]\n')
  process.exit(1)
}
const { stdout } = await promisify(execFile)('helm', ['template', 'inmor', chart, ...options], {
  maxBuffer: 16_000_000,
}).catch((error: { stderr?: string }) => {
  process.stderr.write(error.stderr || 'helm could not be started. Install it, or set PATH.\n')
  process.exit(1)
})
await mkdir(directory, { recursive: true })
await writeFile(join(directory, 'inmor.yaml'), stdout)
await writeFile(
  join(directory, 'kustomization.yaml'),
  'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [inmor.yaml]\n',
)
