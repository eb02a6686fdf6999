/** The tests that Stryker runs against each mutant: those of one project, `core` unless MUTANTS names another. */
import { defineConfig } from 'vitest/config'
import config from './vitest.config.ts'

const { MUTANTS = 'core' } = process.env
const { projects = [], ...options } = config.test ?? {}
const chosen = projects.find((project) => (project as { test: { name: string } }).test.name === MUTANTS)

export default defineConfig({
  ...config,
  test: { ...options, ...(chosen as { test: object }).test, name: MUTANTS },
})
