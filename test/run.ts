/**
 * `npm test`: runs Vitest with the arguments it is given, names what was skipped and why, and ends with one plain
 * line. A run in which nothing has run has failed.
 */
import { fileURLToPath } from 'node:url'
import { parseCLI, startVitest, type TestCase } from 'vitest/node'

const config = fileURLToPath(new URL('vitest.config.ts', import.meta.url))
const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)])
const vitest = await startVitest(filter, { ...options, config, watch: false })

const modules = vitest.state.getTestModules()
const tests = modules.flatMap(({ children }) => [...children.allTests()])
const suites = modules.flatMap((module) => [module, ...module.children.allSuites()])
// A file that cannot be loaded, a hook that fails and an error outside of every test each count as a failure.
const errors = suites.flatMap((suite) => suite.errors()).length + vitest.state.getUnhandledErrors().length
await vitest.close()

const having = (...states: string[]) => tests.filter((test) => states.includes(test.result().state))
const skipped = having('skipped')
// With --testNamePattern, being left out is what was asked for.
if (!options.testNamePattern) for (const test of skipped) process.stdout.write(`skipped: ${nameOf(test)}\n`)

const passed = having('passed').length
const failed = having('failed', 'pending').length + errors
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exit(passed > 0 && failed === 0 ? 0 : 1)

function nameOf(test: TestCase): string {
  const result = test.result()
  const reason = (result.state === 'skipped' && result.note) || 'what it stands in failed before it'
  return `${test.module.relativeModuleId} > ${test.fullName}: ${reason}`
}
