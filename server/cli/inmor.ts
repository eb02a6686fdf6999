#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
/** The command line. A failure is one sentence and a non-zero exit code. */
import { printable } from '#server/cli/output.ts'
import { loadProgram } from '#server/cli/program.ts'
import { sentenceOf } from '#server/process/start-failure.ts'

// The reader closed the pipe, as in `inmor audit export | head`.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 141 : 1))

try {
  const program = await loadProgram(process.argv[2])
  await program.parseAsync()
  process.exit() // connection pools would keep the process alive
} catch (error) {
  process.stderr.write(`${printable(sentenceOf(error))}\n`)
  process.exit(1)
}
