/** Output of commands: lines of text, or one JSON document with --json. */
import { Command, InvalidArgumentError } from 'commander'
import { FederationError } from '#core/errors.ts'
import type { Database } from '#server/database/client.ts'
import { OperationError } from '#server/error/operation-error.ts'
import { type Installation, openInstallation } from '#server/process/installation.ts'
import { knownSentenceOf, sentenceOf } from '#server/process/start-failure.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import { type Refusal, recordRefusal } from '#server/services/audit/refusals.ts'

/** A command with the option --json. `Kind` replaces commander's parsing. */
export function command(name: string, description: string, Kind: typeof Command = Command): Command {
  return new Kind(name).description(description).option('--json', 'print one JSON document')
}

export function print(options: { json?: boolean }, value: unknown, text: string): void {
  process.stdout.write(options.json ? `${JSON.stringify(value)}\n` : `${text}\n`)
}

/** The action and its input, for the audit entry of a failure. */
export type Attempt = { action: AuditAction; input?: object }

type Options = NonNullable<Parameters<typeof openInstallation>[0]> & { attempt?: Attempt }

/** Opens the installation for `work`, and closes it. */
export async function withInstallation<T>(
  work: (installation: Installation) => Promise<T>,
  { attempt, ...options }: Options = {},
): Promise<T> {
  const installation = await openInstallation(options)
  try {
    return await work(installation)
  } catch (error) {
    if (attempt) await recordFailure(installation, attempt, failureOf(error))
    throw error
  } finally {
    await installation.close()
  }
}

type Failure = Pick<Refusal, 'code' | 'message'>

function failureOf(error: unknown): Failure {
  const hasCode = error instanceof OperationError || error instanceof FederationError
  const sentence = error instanceof Error ? knownSentenceOf(error) : null
  return { code: hasCode ? error.code : 'FAILED', message: sentence ?? 'Unexpected error.' }
}

/** Records a failure. If that fails as well, a line on standard error says so, and the first failure still counts. */
export async function recordFailure(
  { db, caller }: Installation,
  { action, input }: Attempt,
  failure: Failure,
): Promise<void> {
  const record = async () => {
    if (await hasAuditLog(db)) await recordRefusal(db, caller, { action, input, ...failure })
  }
  await record().catch((fault: unknown) => {
    process.stderr.write(`The failure could not be recorded in the audit log: ${sentenceOf(fault)}\n`)
  })
}

/** False for an empty database, such as one in which a restore failed. */
async function hasAuditLog(db: Database): Promise<boolean> {
  const [row] = await db.$queryRaw<{ is: boolean }[]>`SELECT to_regclass('"AuditHead"') IS NOT NULL AS "is"`
  return row?.is === true
}

/** Parses an option in days. */
export function parseDays(value: string): number {
  const days = Number(value)
  if (Number.isSafeInteger(days) && days > 0) return days
  throw new InvalidArgumentError('Enter a whole number of days, at least 1.')
}
