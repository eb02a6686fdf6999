/** Runs before each test file, beside `set-up.ts` of all tests: closes with the file the pages that its tests have left open. */
import { afterAll } from 'vitest'
import { closePages } from '#test/helpers/browser.ts'

afterAll(closePages)
