/** `npm test`: runs Vitest with the arguments given, and ends with one plain line of counts. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

type Report = {
  numPassedTests: number
  numFailedTests: number
  numFailedTestSuites: number
  testResults: { name: string; assertionResults: { fullName: string; status: string }[] }[]
}

const directory = await mkdtemp(join(tmpdir(), 'inmor-test-'))
const outputFile = join(directory, 'report.json')
try {
  const code = await runVitest()
  const report: Report | null = await readFile(outputFile, 'utf8').then(JSON.parse, () => null) // it did not get so far
  process.exitCode = report ? summarize(report, code) : code || 1
} finally {
  await rm(directory, { recursive: true })
}

async function runVitest(): Promise<number> {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${outputFile}`]
  const args = ['run', '--config', 'test/vitest.config.ts', ...reporters, ...process.argv.slice(2)]
  const env = { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' }
  const [code] = await once(spawn('vitest', args, { stdio: 'inherit', env }), 'exit')
  return code ?? 1
}

/** A file that does not load fails without a failed test, so it counts as one. */
function summarize(report: Report, code: number): number {
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed')
  for (const { fullName } of skipped) console.log(`skipped: ${fullName}`)
  const failed = report.numFailedTests || (code === 0 ? 0 : Math.max(1, report.numFailedTestSuites))
  console.log(`${report.numPassedTests} passed, ${failed} failed`)
  return report.numPassedTests === 0 || failed > 0 ? 1 : 0
}
