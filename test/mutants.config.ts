/**
 * The tests that Stryker runs against each mutant: a project or one of its folders, named by MUTANTS, such as
 * `server/trust-mark`; `core` by default.
 */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import packageJson from '../package.json' with { type: 'json' }
import config from './vitest.config.ts'

const { MUTANTS = 'core' } = process.env
const [name = ''] = MUTANTS.split('/')
const { projects = [], ...options } = config.test ?? {}
const chosen = projects.find((project) => (project as { test: { name: string } }).test.name === name)

/** Names lead to the mutated copy of the project. Its node_modules are those of the original. */
const alias = Object.entries(packageJson.imports).map(([name, target]) => ({
  find: name.replace('*', ''),
  replacement: fileURLToPath(new URL(`../${target.replace('*', '')}`, import.meta.url)),
}))

export default defineConfig({
  ...config,
  resolve: { alias },
  test: {
    ...options,
    ...(chosen as { test: object }).test,
    name,
    experimental: { viteModuleRunner: true }, // for the names
    include: [`test/${MUTANTS}/**/*.test.ts`],
  },
})
