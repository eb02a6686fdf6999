/** One project a part of the product; `npm test` runs them all, `npx vitest --project core` only one. */
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { svelteTesting } from '@testing-library/svelte/vite'
import { defineConfig } from 'vitest/config'
import { PATIENCE_MS } from './helpers/patience.ts'
import { points } from './points.ts'

const cores = availableParallelism()
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const project = (name: string, include: string, extra: object = {}) => ({
  extends: true as const,
  test: { name, include: [include], ...extra },
})

/** A recorded run notes what each test file executes; of tests of the console the imports say it. */
const recorded = process.env.RECORDING ? [here('recording/set-up.ts')] : []

/** Node runs our code as it is. To transform it for each worker takes longer; only components need it. */
const native = { experimental: { viteModuleRunner: false, nodeLoader: false } }

/**
 * For tests that start servers and programs. Files share a worker and what it has loaded: the product has no state
 * outside of what a test starts.
 */
const started = {
  ...native,
  setupFiles: [here('set-up.ts'), ...recorded],
  isolate: false,
  // Much longer than any takes, for a busy machine.
  testTimeout: 300_000,
  hookTimeout: 300_000,
}

/**
 * Compiles the console's components; SvelteKit's own modules are replaced. The root decides which packages have components,
 * and whose copies the tests and the library that renders components get.
 */
const app = here('web/component/app.ts')
const components = {
  root: here('../web'),
  plugins: [svelte({ configFile: false }), svelteTesting()],
  resolve: { alias: { '$app/navigation': app, '$app/state': app }, dedupe: ['svelte', 'codemirror'] },
}

export default defineConfig({
  root: here('..'),
  // As Node itself resolves: with `development` among the conditions our code would get another copy of graphql.
  ssr: { resolve: { conditions: ['node', 'module-sync'] } },
  test: {
    // Tests wait for programs and timers more than they compute, so more run at once than there are cores.
    maxWorkers: cores * 2,
    expect: { poll: { timeout: PATIENCE_MS } },
    setupFiles: [here('cost.ts')],
    // What a test prints is of interest when it fails.
    silent: 'passed-only',
    // A test names what it proves; `--tags-filter='10.2/*'` runs the tests of a section.
    tags: [...points()].map(([name, description]) => ({ name, description })),
    execArgv: ['--disable-warning=ExperimentalWarning'],
    projects: [
      // Properties try many inputs, on a machine that may have other things to do. Pure code shares a worker.
      project('core', 'test/core/**/*.test.ts', {
        testTimeout: 30_000,
        ...native,
        isolate: false,
        setupFiles: [here('core/seed.ts'), ...recorded],
      }),
      project('federation', 'test/federation/{*,!(process)/**/*}.test.ts', started),
      project('server', 'test/server/!(process)/**/*.test.ts', started),
      project('process', 'test/{federation,server}/process/**/*.test.ts', started),
      project('product', 'test/product/**/*.test.ts', started),
      // Functions without state share a worker.
      project('web', 'test/web/*.test.ts', { testTimeout: 30_000, isolate: false }),
      { ...project('components', 'test/web/component/*.test.ts', { dir: here('..') }), ...components },
      project('deploy', 'test/{bench,deploy,docs,examples}/**/*.test.ts', {
        ...started,
        exclude: ['test/docs/reference.test.ts'],
      }),
      // It records how the schema is built, which no other file may have done before it.
      project('reference', 'test/docs/reference.test.ts', { ...started, isolate: true }),
      project('e2e', 'test/e2e/**/*.spec.ts', {
        ...started,
        setupFiles: [...started.setupFiles, here('e2e/set-up.ts')],
        // Browsers compute: they come last, and not too many at once.
        maxWorkers: cores,
        sequence: { groupOrder: 1 },
      }),
    ],
  },
})
