/** Converts a living anchor through its public endpoints. Everything that is written was signed by it. */
import type { EntityStatementClaims } from '#core/entity-statement/index.ts'
import type { JwkSet } from '#core/keys.ts'
import { createFetcher } from '#fetcher/fetcher.ts'
import { createFailures } from '#server/convert/failures.ts'
import { CONCURRENCY, readConfiguration } from '#server/convert/federation/anchor.ts'
import { readMarks } from '#server/convert/federation/marks.ts'
import { readStatements } from '#server/convert/federation/members.ts'
import { memberOf, notesOfOperators, type Source } from '#server/convert/source.ts'

/** A list of a million members has 60 MB. Times are milliseconds. */
const LIST_LIMITS = { maxBodyBytes: 64 * 1024 * 1024, totalTimeout: 60_000 }
const LIMITS = { perHost: CONCURRENCY, totalTimeout: 30_000 }

type Options = {
  entityId: string
  /** Keys that the operator trusts; null: those that the anchor has. */
  pinned: JwkSet | null
  isPartial: boolean
  allowHttp: boolean
  /** Unix seconds. */
  now: number
  signal: AbortSignal
  /** Called with keys that are trusted because they came first. */
  onFirstUse(keys: JwkSet): Promise<void>
}

/** @throws BadSourceError, FetchError, FederationError */
export async function readFederation(options: Options): Promise<Source> {
  const { allowHttp, now, signal, isPartial, pinned } = options
  const fetcher = createFetcher({ allowHttp, limits: LIMITS })
  const lists = createFetcher({ allowHttp, limits: LIST_LIMITS })
  const failures = createFailures({ isPartial })
  const reading = { fetcher, lists, failures, signal, now }
  try {
    const configuration = await readConfiguration(reading, options.entityId, pinned)
    if (pinned === null) await options.onFirstUse(configuration.jwks)
    const statements = await readStatements(reading, configuration)
    const { notes, ...marks } = await readMarks(reading, configuration)
    const leftOut = failures.end()
    const ofContent = notesOf(configuration, statements)
    return {
      configuration,
      members: statements.map(memberOf),
      ...marks,
      notes: [...leftOut.map((sentence) => `Left out: ${sentence}`), ...ofContent, ...notes],
    }
  } finally {
    await Promise.all([fetcher.close(), lists.close()])
  }
}

function notesOf(configuration: EntityStatementClaims, statements: readonly EntityStatementClaims[]) {
  return [
    ...notesOfOperators(statements.map(({ metadata_policy }) => metadata_policy)),
    ...(configuration.trust_marks?.length
      ? [
          'The Trust Marks that the anchor itself holds are not in the file: they are about its Entity Identifier.',
        ]
      : []),
  ]
}
