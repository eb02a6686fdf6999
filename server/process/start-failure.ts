/** Explains a failed start to the operator: one sentence where the cause is known. */
import { FederationError } from '#core/errors.ts'
import { ConfigurationError } from '#federation/config/error.ts'
import { RefusedError } from '#federation/mirror/refusal.ts'
import { StartError } from '#federation/process/start-error.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import { NewerDatabaseError } from '#prisma/migrate.ts'
import { BackupError } from '#server/backup/backup-error.ts'
import { BadSourceError } from '#server/convert/failures.ts'
import { explainDatabaseOutage, stateOf } from '#server/error/database-outage.ts'
import { OperationError } from '#server/error/operation-error.ts'
import { KeyFileError } from '#store/key-directory.ts'

const spoken = [
  ...[BackupError, ConfigurationError, StartError, KeyFileError, OperationError, FederationError],
  ...[NewerDatabaseError, FetchError, RefusedError, BadSourceError],
]

const DENIED = 'The database refuses this user or password. Check DATABASE_URL, or DB_USER and DB_PASSWORD.'
const NO_DATABASE =
  'The database server has no database of this name. Create it, or check DATABASE_URL or DB_NAME.'
const UNREACHABLE =
  'The database cannot be reached, or closed the connection. Check that it is running, and DATABASE_URL or DB_HOST.'

/** Causes known by the code of the system or of the database client. */
const byCode: Readonly<Record<string, (error: NodeJS.ErrnoException & { port?: number }) => string>> = {
  EADDRINUSE: ({ port }) => `Port ${port} is in use by another process. Set another one.`,
  EACCES: ({ message }) => `Permission denied: ${message}.`,
  P2021: () =>
    'The database is not set up or not up to date. Run `inmor migrate`, or start the admin server.',
  P2022: () => 'The database is not up to date. Run `inmor migrate`, or start the admin server.',
  ECONNREFUSED: ({ message }) => `A service cannot be reached: ${message}. Check that it is running.`,
  ENOTFOUND: ({ message }) => `A service cannot be reached: ${message}. Check its name.`,
  P1000: () => DENIED,
  P1010: () => DENIED,
  '28P01': () => DENIED,
  '28000': () => DENIED,
  P1003: () => NO_DATABASE,
  '3D000': () => NO_DATABASE,
}

export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return knownSentenceOf(error) ?? error.stack ?? error.message
}

/** Null for an unexpected failure: its message may contain secrets. */
export function knownSentenceOf(error: Error): string | null {
  if (spoken.some((known) => error instanceof known)) return error.message
  const say = 'code' in error ? byCode[String(error.code)] : undefined
  if (say) return say(error)
  return stateOf(error) === 'unreachable' ? UNREACHABLE : explainDatabaseOutage(error)
}
