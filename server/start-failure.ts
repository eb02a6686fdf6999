/** Why a process cannot start, for the person who started it: one sentence where the cause is known. */

import { FederationError } from '#core/errors.ts'
import { ConfigError } from '#federation/env.ts'
import { StartError } from '#federation/start-error.ts'
import { BackupError } from '#server/backup/backup-error.ts'
import { ConfigurationError } from '#server/env.ts'
import { OperationError } from '#server/services/operation-error.ts'
import { KeyFileError } from '#store/key-directory.ts'

const spoken = [
  BackupError,
  ConfigurationError,
  ConfigError,
  StartError,
  KeyFileError,
  OperationError,
  FederationError,
]

/** Causes known by the code of the system or of the database client. */
const byCode: Readonly<Record<string, (error: NodeJS.ErrnoException & { port?: number }) => string>> = {
  EADDRINUSE: ({ port }) => `Port ${port} is in use by another process; set another one.`,
  EACCES: ({ message }) => `Permission denied: ${message}.`,
  P2021: () =>
    'The database is not set up or not up to date; run `inmor migrate`, or start the admin server.',
  P2022: () => 'The database is not up to date; run `inmor migrate`, or start the admin server.',
  ECONNREFUSED: ({ message }) => `A service cannot be reached: ${message}. Is it running?`,
}

export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return knownSentenceOf(error) ?? error.stack ?? error.message
}

/** Null where nobody expected the failure: its message may quote anything. */
export function knownSentenceOf(error: Error): string | null {
  if (spoken.some((known) => error instanceof known)) return error.message
  const say = 'code' in error ? byCode[String(error.code)] : undefined
  return say ? say(error) : null
}
