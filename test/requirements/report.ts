/**
 * Prints how many requirements each chapter has, and the points that no test names: `npm run requirements`. Loads the
 * test files without running them. Ends with exit code 1 when a point has no test.
 */
import { fileURLToPath } from 'node:url'
import { createVitest } from 'vitest/node'
import { unproved } from '../points.ts'
import { chapters } from './index.ts'

const config = fileURLToPath(new URL('../vitest.config.ts', import.meta.url))
const vitest = await createVitest('test', { config, watch: false, isolate: false, maxWorkers: 1 })
const { testModules, unhandledErrors } = await vitest.collect([], { staticParse: false })
const tests = testModules.flatMap(({ children }) => [...children.allTests()])
const broken = testModules.flatMap((module) =>
  module.errors().map(({ message }) => `${module.relativeModuleId}: ${message}`),
)
await vitest.close()

const { untested } = unproved(tests.map(({ tags }) => ({ tags, state: 'passed' })))
const unnamed = new Set<string>(untested)
for (const [title, chapter] of Object.entries(chapters)) {
  const requirements = Object.entries<string | object>(chapter)
  const others = requirements.filter(([, requirement]) => typeof requirement !== 'string').length
  const missing = requirements.filter(([id]) => unnamed.has(id))
  const shown = requirements.length - others - missing.length
  console.info(`${title}: ${requirements.length} requirements, ${shown} tested, ${others} not ours`)
}
for (const point of untested) console.info(`  no test  ${point}`)
for (const failure of [...broken, ...unhandledErrors.map(String)]) console.info(`  failed   ${failure}`)
process.exit(untested.length + broken.length + unhandledErrors.length > 0 ? 1 : 0)
