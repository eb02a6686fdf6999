/** How commands speak: lines for people, or one JSON document with --json. */
import { Command, InvalidArgumentError } from 'commander'
import { FederationError } from '#core/errors.ts'
import type { Database } from '#server/database/client.ts'
import { OperationError } from '#server/error/operation-error.ts'
import { type Installation, openInstallation } from '#server/process/installation.ts'
import { knownSentenceOf, sentenceOf } from '#server/process/start-failure.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import { type Refusal, recordRefusal } from '#server/services/audit/refusals.ts'

/** A command that can answer in JSON; `Kind` when it reads its words in another way. */
export function command(name: string, description: string, Kind: typeof Command = Command): Command {
  return new Kind(name).description(description).option('--json', 'answer with one JSON document')
}

export function print(options: { json?: boolean }, value: unknown, text: string): void {
  process.stdout.write(options.json ? `${JSON.stringify(value)}\n` : `${text}\n`)
}

/** What a command changes, by the name of the mutation, and what of: for the audit log, should it fail. */
export type Attempt = { action: AuditAction; input?: object }

type Options = NonNullable<Parameters<typeof openInstallation>[0]> & { attempt?: Attempt }

/** Opens the installation for one piece of work. */
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
  return { code: hasCode ? error.code : 'FAILED', message: sentence ?? 'Nobody expected this failure.' }
}

/** The failure itself is what the operator must hear of, whatever becomes of its record. */
export async function recordFailure(
  { db, caller }: Installation,
  { action, input }: Attempt,
  failure: Failure,
): Promise<void> {
  const record = async () => {
    if (await hasAuditLog(db)) await recordRefusal(db, caller, { action, input, ...failure })
  }
  await record().catch((fault: unknown) => {
    process.stderr.write(`It could not be recorded in the audit log: ${sentenceOf(fault)}\n`)
  })
}

/** An empty database, as one that a backup could not be restored into, has none. */
async function hasAuditLog(db: Database): Promise<boolean> {
  const [row] = await db.$queryRaw<{ is: boolean }[]>`SELECT to_regclass('"AuditHead"') IS NOT NULL AS "is"`
  return row?.is === true
}

/** An option in days. */
export function parseDays(value: string): number {
  const days = Number(value)
  if (Number.isSafeInteger(days) && days > 0) return days
  throw new InvalidArgumentError('It must be a whole number of days, at least 1.')
}
