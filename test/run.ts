/**
 * `npm test`: runs Vitest with the given arguments, prints what it cost, lists skipped and failed tests with their
 * reasons, one per line, and ends with a line of counts. A run without tests fails.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseCLI, startVitest, type TestCase, type TestModule, type TestSuite } from 'vitest/node'
import { calibrate } from './calibration.ts'
import { changedFiles, testsOf } from './changed.ts'
import { pointCounts, unproved } from './points.ts'
import { writeRecording } from './recording/summary.ts'
import { costLines, costOf } from './report.ts'

// The tests start the product's programs hundreds of times.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../node_modules/.inmor/compiled', import.meta.url))
// With RECORD=1 each test file notes what it executes, and the programs that it starts do.
const recording = process.env.RECORD ? mkdtempSync(join(tmpdir(), 'recording-')) : undefined
if (recording) process.env.RECORDING = recording
const config = fileURLToPath(new URL('vitest.config.ts', import.meta.url))
const {
  filter,
  options: { changed, ...options },
} = parseCLI(['vitest', 'run', ...process.argv.slice(2)])
// Vitest's own choice does not see the programs that tests start.
if (changed) filter.push(...testsOf(changedFiles(changed === true ? 'HEAD' : changed)))
const calibration = calibrate()
const vitest = await startVitest(filter, { ...options, config, watch: false })

const modules = vitest.state.getTestModules()
const tests = modules.flatMap(({ children }) => [...children.allTests()])
const suites = modules.flatMap((module) => [module, ...module.children.allSuites()])
// A file that cannot be loaded, a hook that fails and an error outside of every test each count as a failure.
const errors = [
  ...suites.flatMap((suite) =>
    suite.errors().map(({ message }) => `${titleOf(suite)}: ${firstLine(message)}`),
  ),
  ...vitest.state.getUnhandledErrors().map((error) => `outside of all tests: ${firstLine(messageOf(error))}`),
]
await vitest.close()

for (const line of ['', ...costLines(modules, calibration), '']) process.stdout.write(`${line}\n`)

if (recording) {
  writeRecording(recording, new Map(modules.map(costOf).map(({ file, processor }) => [file, processor])))
  rmSync(recording, { recursive: true })
}

const having = (...states: string[]) => tests.filter((test) => states.includes(test.result().state))
const skipped = having('skipped')
// A pattern or a filter skips tests on purpose.
const { project, testNamePattern, tagsFilter, shard } = options
if (!testNamePattern && !tagsFilter)
  for (const test of skipped) process.stdout.write(`skipped: ${skippedOf(test)}\n`)

const failures = [...having('failed', 'pending').map(failureOf), ...errors, ...withoutProof()]
for (const failure of failures) process.stdout.write(`failed: ${failure}\n`)

const passed = having('passed').length
const failed = failures.length
const code = passed > 0 && failed === 0 ? 0 : 1
// A pipe takes long output later; an exit before would cut it off.
process.stdout.write(`${passed} passed, ${failed} failed\n`, () => process.exit(code))

/** After a run of every test: the points of test/points.ts that no test names. */
function withoutProof(): string[] {
  if (filter.length > 0 || project || testNamePattern || tagsFilter || shard) return []
  const evidence = tests.map((test) => ({ tags: test.tags, state: test.result().state }))
  const { untested, notPassed } = unproved(evidence)
  process.stdout.write(`${pointCounts(evidence)}\n`)
  for (const point of notPassed) process.stdout.write(`not proved in this run: ${point}\n`)
  return untested.map((point) => `no test has the tag ${point}`)
}

function skippedOf(test: TestCase): string {
  const result = test.result()
  const reason = (result.state === 'skipped' && result.note) || 'an enclosing suite failed'
  return `${titleOf(test)}: ${reason}`
}

function failureOf(test: TestCase): string {
  const [error] = test.result().errors ?? []
  return `${titleOf(test)}: ${firstLine(error?.message ?? 'did not end')}`
}

/** At most 200 characters, because titles of tables contain their values. */
function titleOf(node: TestCase | TestSuite | TestModule): string {
  if (node.type === 'module') return node.relativeModuleId
  return `${node.module.relativeModuleId} > ${node.fullName}`.slice(0, 200)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String((error as { message?: unknown })?.message ?? error)
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? ''
}
