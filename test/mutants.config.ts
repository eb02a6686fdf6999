/**
 * The tests that Stryker runs against each mutant: a project or one of its folders, named by MUTANTS, such as
 * `server/trust-mark`; `core` by default.
 */
import { defineConfig } from 'vitest/config'
import config from './vitest.config.ts'

const { MUTANTS = 'core' } = process.env
const [name = ''] = MUTANTS.split('/')
const { projects = [], ...options } = config.test ?? {}
const chosen = projects.find((project) => (project as { test: { name: string } }).test.name === name)

export default defineConfig({
  ...config,
  test: {
    ...options,
    ...(chosen as { test: object }).test,
    name,
    include: [`test/${MUTANTS}/**/*.test.ts`],
  },
})
