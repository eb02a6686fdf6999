/** Set-up of every project in a recorded run: notes which functions of the product each test file executes. */
import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { countInPrograms, startCounting, takeExecuted } from './coverage.ts'
import { root } from './imports.ts'
import { takeVisited } from './visited.ts'

declare global {
  /** The folder of the test file that runs in this worker; the programs that it starts write there too. */
  var recordingFolder: string | undefined
}

const { RECORDING = '' } = process.env
const folder = join(RECORDING, randomUUID())
mkdirSync(folder)
if (globalThis.recordingFolder === undefined) countInPrograms(() => globalThis.recordingFolder ?? '')
globalThis.recordingFolder = folder
startCounting({ isEach: true })

// biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures a hook needs
beforeAll(({}, { file }) => writeFileSync(join(folder, 'test'), relative(root, file.filepath)))

// Registered before the hooks of the file, this runs after them.
afterAll(() => {
  writeFileSync(join(folder, 'own.json'), JSON.stringify(takeExecuted()))
  writeFileSync(join(folder, 'visited.json'), JSON.stringify(takeVisited()))
})
