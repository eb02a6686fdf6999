/** Loaded by program.mjs before a program that a test starts: notes in RECORDING_FOLDER which functions the program executes. */
import { randomUUID } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import { countInPrograms, type Executed, startCounting, takeExecuted } from './coverage.ts'

/** A program may be killed at any moment; so much is lost then. */
const WRITTEN_EACH_MS = 1000

const folder = process.env.RECORDING_FOLDER
if (folder) {
  startCounting({ isEach: false })
  countInPrograms(() => folder)
  const all: Executed = {}
  const file = `${folder}/${randomUUID()}`
  const write = () => {
    for (const [path, starts] of Object.entries(takeExecuted()))
      all[path] = [...new Set([...(all[path] ?? []), ...starts])]
    try {
      writeFileSync(`${file}.part`, JSON.stringify(all))
      renameSync(`${file}.part`, `${file}.json`)
    } catch {
      // Another user of the system may not write there, and the folder goes with its test.
    }
  }
  setInterval(write, WRITTEN_EACH_MS).unref()
  process.on('exit', write)
}
