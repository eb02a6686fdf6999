#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --max-semi-space-size=8
/** The command line as a program. */
import { execute } from '#server/cli/execute.ts'

// The reader closed the pipe, as in `inmor audit export | head`.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 141 : 1))

process.exit(await execute(process.argv.slice(2))) // connection pools would keep the process alive
