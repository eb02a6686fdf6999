/** Opens the installation or one of its anchors for a command, and records the failure of the command there. */
import type { Command } from 'commander'
import { FederationError } from '#core/errors.ts'
import { exitCodes, Failure } from '#server/cli/api/failure.ts'
import type { Database } from '#server/database/client.ts'
import { OperationError } from '#server/error/operation-error.ts'
import { type Installation, openInstallation } from '#server/process/installation.ts'
import { nameInEnvironment, type OpenAnchor, openAnchor } from '#server/process/open-anchor.ts'
import { knownSentenceOf, sentenceOf } from '#server/process/start-failure.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import { type Refusal, recordRefusal } from '#server/services/audit/refusals.ts'
import { notingBypasses } from '#server/services/protection/approval.ts'
import type { ProtectedOperation } from '#server/services/protection/operation.ts'

/** The action and its input, for the audit entry of a failure. */
export type Attempt = { action: AuditAction; input?: object }

type Options = NonNullable<Parameters<typeof openInstallation>[0]> & { attempt?: Attempt }

/** The options of every command about one anchor. */
export type AnchorOptions = { json?: boolean; anchor?: string }

/** Gives a command the option that names its anchor. `withAnchor` reads it. */
export const aboutAnchor = (command: Command): Command =>
  command.option('--anchor <name>', 'the anchor, by slug or Entity Identifier (default: INMOR_ANCHOR)')

/** Opens the installation for `work`, and closes it. */
export async function withInstallation<T>(
  work: (installation: Installation) => Promise<T>,
  { attempt, ...options }: Options = {},
): Promise<T> {
  return use(await openInstallation(options), work, attempt)
}

/** Opens the anchor that the options or the environment name, and closes it. */
export async function withAnchor<T>(
  { anchor }: AnchorOptions,
  work: (anchor: OpenAnchor) => Promise<T>,
  attempt?: Attempt,
): Promise<T> {
  return use(await openAnchor(anchor), work, attempt)
}

/** The value of the option if it is given, which needs no installation; otherwise that of the anchor. */
export async function orOfAnchor(
  option: string,
  given: string | undefined,
  { anchor = nameInEnvironment() }: AnchorOptions,
  ofAnchor: (anchor: OpenAnchor) => string,
): Promise<string> {
  if (given !== undefined) return given
  if (anchor === undefined) throw new Failure(`Set ${option} or --anchor.`, exitCodes.usage)
  return withAnchor({ anchor }, async (opened) => ofAnchor(opened))
}

async function use<Opened extends Installation, T>(
  opened: Opened,
  work: (opened: Opened) => Promise<T>,
  attempt: Attempt | undefined,
): Promise<T> {
  const bypassed = new Set<ProtectedOperation>()
  try {
    const result = await work({ ...opened, caller: notingBypasses(opened.caller, bypassed) })
    if (bypassed.size > 0) process.stderr.write(`${BYPASS}\n`)
    return result
  } catch (error) {
    if (attempt) await recordFailure(opened, attempt, failureOf(error))
    throw error
  } finally {
    await opened.close()
  }
}

/** On standard error, so that the output stays what scripts read. */
export const BYPASS =
  'This change is protected and was made without a second person. The audit log names it, and all administrators get an alert.'

type Recorded = Pick<Refusal, 'code' | 'message'>

function failureOf(error: unknown): Recorded {
  const hasCode = error instanceof OperationError || error instanceof FederationError
  const sentence = error instanceof Error ? knownSentenceOf(error) : null
  return { code: hasCode ? error.code : 'FAILED', message: sentence ?? 'Unexpected error.' }
}

/** Records a failure. If that fails as well, a line on standard error says so, and the first failure still counts. */
export async function recordFailure(
  { db, caller }: Installation,
  { action, input }: Attempt,
  failure: Recorded,
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
