/** Collects candidate Trust Chains, from a subject up through `authority_hints` to a Trust Anchor (§10.1). */
import type { EntityId } from '../entity-id.ts'
import type { EntityStatement } from '../entity-statement/index.ts'
import { FederationError } from '../errors.ts'
import { byPreference } from './preference.ts'
import { createStatementReader, type SourceOptions, type StatementReader } from './source.ts'

export type CollectLimits = {
  /** Hints that are followed in one Entity Configuration. */
  authorityHints: number
  /** Superiors in one chain, the Trust Anchor included. */
  depth: number
  /** Statements that are fetched in one run. */
  fetches: number
  /** Candidates after which the run ends. */
  chains: number
}

export type CollectOptions = SourceOptions & {
  trustAnchors: readonly EntityId[]
  limits?: Partial<CollectLimits>
}

/** What went wrong on one branch; the others go on without it. */
export type CollectFailure = {
  entity: EntityId
  /** The hinted Superior of `entity` whose statements were the trouble. */
  superior?: EntityId
  /** Of these statements, the Entity Configuration of the Superior itself. */
  isConfiguration?: true
  error: FederationError
}

export type CollectedChains = { chains: EntityStatement[][]; failures: CollectFailure[] }

const defaultLimits: CollectLimits = { authorityHints: 10, depth: 10, fetches: 100, chains: 10 }

/** Steps of a run. Statements are fetched once, but hints that cross can span far more paths than statements. */
const MAX_STEPS = 1000

/** Entity Configurations from the subject's upwards, seen from the last one reached. */
type Path = { top: EntityStatement; below?: Path; length: number }

type Run = {
  reader: StatementReader
  anchors: ReadonlySet<EntityId>
  limits: CollectLimits
  chains: EntityStatement[][]
  failures: CollectFailure[]
  steps: number
}

/**
 * Returns every candidate within the limits, the preferred one first; the statements are verified one by one,
 * the chains are not. A subject that is a Trust Anchor itself has a chain of one statement.
 */
export async function collectTrustChains(
  subject: EntityId,
  options: CollectOptions,
): Promise<CollectedChains> {
  const limits = { ...defaultLimits, ...options.limits }
  const run: Run = {
    reader: createStatementReader({ ...options, fetches: limits.fetches }),
    anchors: new Set(options.trustAnchors),
    limits,
    chains: [],
    failures: [],
    steps: 0,
  }
  const configuration = await attempt(run, { entity: subject }, () => run.reader.entityConfiguration(subject))
  if (configuration) await explore(run, configuration, { top: configuration, length: 1 })
  return { chains: run.chains.toSorted(byPreference), failures: run.failures }
}

/** Every branch goes on by itself: a Superior that hangs holds up nobody but those above it. */
async function explore(run: Run, subject: EntityStatement, path: Path): Promise<void> {
  if (run.anchors.has(path.top.claims.sub)) {
    const chain = await completeChain(run, subject, path)
    if (chain && hasRoom(run)) run.chains.push(chain)
    return
  }
  const superiors = hasRoom(run) ? followedHints(run, path) : []
  await Promise.all(
    superiors.map(async (superior) => {
      const longer = await extend(run, path, superior)
      if (longer) await explore(run, subject, longer)
    }),
  )
}

function hasRoom({ chains, limits }: Run): boolean {
  return chains.length < limits.chains
}

/** Fetches what the Superiors on a path say about the Entity below them. */
async function completeChain(run: Run, subject: EntityStatement, path: Path) {
  const statements = await Promise.all(
    linksOf(path).map(({ entity, superior }) =>
      attempt(run, { entity, superior: superior.claims.sub }, () =>
        run.reader.subordinateStatement(superior, entity),
      ),
    ),
  )
  const found = statements.filter((statement) => statement !== undefined)
  if (found.length < statements.length) return undefined
  return path.below ? [subject, ...found, path.top] : [subject]
}

/** From the subject upwards. */
function linksOf({ top, below }: Path): { entity: EntityId; superior: EntityStatement }[] {
  return below ? [...linksOf(below), { entity: below.top.claims.sub, superior: top }] : []
}

/** The hints that the limits let through, each once; what they leave out is reported. */
function followedHints(run: Run, path: Path): EntityId[] {
  const { sub: entity, authority_hints: hints = [] } = path.top.claims
  const { depth, authorityHints } = run.limits
  if (hints.length > 0 && path.length > depth) {
    const message = `${entity} is ${depth} Superiors up; its authority hints are not followed`
    report(run, { entity }, 'limits', message)
    return []
  }
  if (hints.length > authorityHints) {
    const message = `of the ${hints.length} authority hints of ${entity} only the first ${authorityHints} are followed`
    report(run, { entity }, 'limits', message)
  }
  return [...new Set(hints.slice(0, authorityHints))]
}

async function extend(run: Run, path: Path, superior: EntityId): Promise<Path | undefined> {
  const place = { entity: path.top.claims.sub, superior }
  if (isOn(path, superior)) {
    report(run, place, 'loop', `the authority hint ${superior} leads back to an Entity below`)
    return undefined
  }
  if (++run.steps > MAX_STEPS) {
    report(run, place, 'limits', 'the authority hints span too many paths to follow all of them')
    return undefined
  }
  const configuration = await attempt(run, { ...place, isConfiguration: true }, () =>
    run.reader.entityConfiguration(superior),
  )
  return configuration && { top: configuration, below: path, length: path.length + 1 }
}

function isOn(path: Path | undefined, entity: EntityId): boolean {
  return path !== undefined && (path.top.claims.sub === entity || isOn(path.below, entity))
}

async function attempt<T>(
  run: Run,
  place: Omit<CollectFailure, 'error'>,
  action: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await action()
  } catch (error) {
    if (!(error instanceof FederationError)) throw error
    record(run, { ...place, error })
    return undefined
  }
}

function report(run: Run, place: Omit<CollectFailure, 'error'>, check: string, message: string): void {
  record(run, { ...place, error: new FederationError('invalid_trust_chain', message, { check }) })
}

/** Paths that share a branch share its failure, which is told once. */
function record(run: Run, failure: CollectFailure): void {
  const { entity, superior, error } = failure
  const told = run.failures.some(
    (other) =>
      other.entity === entity && other.superior === superior && other.error.message === error.message,
  )
  if (!told) run.failures.push(failure)
}
