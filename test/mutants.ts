/** `npm run mutants`: runs Stryker. Fails if most mutants ran into the time limit, because that proves nothing about the tests. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const report = z.object({
  files: z.record(z.string(), z.object({ mutants: z.array(z.object({ status: z.string() })) })),
})

/** A sentence if the report proves nothing; null otherwise. */
export function objection(json: unknown): string | null {
  const statuses = Object.values(report.parse(json).files).flatMap(({ mutants }) =>
    mutants.map(({ status }) => status),
  )
  const tried = statuses.filter((status) => status !== 'Ignored' && status !== 'NoCoverage')
  const late = tried.filter((status) => status === 'Timeout')
  if (late.length * 2 <= tried.length) return null
  return `${late.length} of ${tried.length} mutants ran into the time limit. Run it again on a machine with less to do.`
}

if (import.meta.main) {
  const args = [here('node_modules/@stryker-mutator/core/bin/stryker.js'), 'run', here('stryker.json')]
  const { status } = spawnSync(process.execPath, [...args, ...process.argv.slice(2)], {
    cwd: here('..'),
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
  const sentence = objection(JSON.parse(readFileSync(here('../node_modules/.inmor/mutants.json'), 'utf8')))
  if (sentence) {
    process.stderr.write(`${sentence}\n`)
    process.exitCode = 1
  }
}
