/** Collects candidate Trust Chains, from a subject up through `authority_hints` to a Trust Anchor (§10.1). */
import type { EntityId } from '../entity-id.ts'
import type { EntityStatement } from '../entity-statement/index.ts'
import { FederationError } from '../errors.ts'
import { checkEntityLimits, entityLimits } from './limits.ts'
import { compareChains } from './preference.ts'
import { createStatementReader, type SourceOptions, type StatementReader } from './source.ts'

export type CollectLimits = {
  /** Authority hints to follow per Entity Configuration. */
  authorityHints: number
  /** Superiors in one chain, including the Trust Anchor. */
  depth: number
  /** Statements to fetch per run. */
  fetches: number
  /** Candidates per run. */
  chains: number
}

export type CollectOptions = SourceOptions & {
  trustAnchors: readonly EntityId[]
  limits?: Partial<CollectLimits>
}

/** The failure of one branch. It does not affect the others. */
export type CollectFailure = {
  entity: EntityId
  /** The Superior of `entity` whose statement failed. */
  superior?: EntityId
  /** The failed statement is the Superior's Entity Configuration. */
  isConfiguration?: true
  error: FederationError
}

export type CollectedChains = { chains: EntityStatement[][]; failures: CollectFailure[] }

const defaultLimits: CollectLimits = {
  authorityHints: entityLimits.authorityHints,
  depth: 10,
  fetches: 100,
  chains: 10,
}

/** Steps per run. Crossing hints can form far more paths than there are statements. */
const MAX_STEPS = 1000

/** Entity Configurations from the subject upwards, as a list from the top. */
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
 * Returns all candidates within the limits, the preferred one first. Each statement is verified, but the chains are
 * not validated. A subject that is a Trust Anchor has a chain of one statement.
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
  const configuration = await attempt(run, { entity: subject }, () => readConfiguration(run, subject))
  if (configuration) await explore(run, configuration, { top: configuration, length: 1 })
  return { chains: run.chains.toSorted(compareChains), failures: run.failures }
}

/** A Trust Anchor lists issuers and owners of a whole federation, and is trusted. */
async function readConfiguration({ reader, anchors }: Run, entity: EntityId): Promise<EntityStatement> {
  const configuration = await reader.entityConfiguration(entity)
  if (!anchors.has(entity)) checkEntityLimits(configuration)
  return configuration
}

/** Branches run concurrently: a Superior that does not respond delays only its own branch. */
async function explore(run: Run, subject: EntityStatement, path: Path): Promise<void> {
  if (run.anchors.has(path.top.claims.sub)) {
    const chain = await completeChain(run, subject, path)
    if (chain && hasRoom(run)) run.chains.push(chain)
    return
  }
  const superiors = hasRoom(run) ? selectHints(run, path) : []
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

/** Fetches the Subordinate Statements of a path. */
async function completeChain(run: Run, subject: EntityStatement, path: Path) {
  const statements = await Promise.all(
    listLinks(path).map(({ entity, superior }) =>
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
function listLinks({ top, below }: Path): { entity: EntityId; superior: EntityStatement }[] {
  return below ? [...listLinks(below), { entity: below.top.claims.sub, superior: top }] : []
}

/** Selects distinct hints within the limits, Trust Anchors first, and reports the others. */
function selectHints(run: Run, path: Path): EntityId[] {
  const { sub: entity, authority_hints = [] } = path.top.claims
  const hints = [...new Set(authority_hints)]
  const { depth, authorityHints } = run.limits
  if (hints.length > 0 && path.length > depth) {
    const message = `The chain reached the limit of ${depth} Superiors at ${entity}.`
    report(run, { entity }, 'limits', message)
    return []
  }
  if (hints.length > authorityHints) {
    const message = `${entity} has ${hints.length} authority hints. Only ${authorityHints} are followed.`
    report(run, { entity }, 'limits', message)
  }
  const anchors = hints.filter((hint) => run.anchors.has(hint))
  return [...new Set([...anchors, ...hints])].slice(0, authorityHints)
}

async function extend(run: Run, path: Path, superior: EntityId): Promise<Path | undefined> {
  const branch = { entity: path.top.claims.sub, superior }
  if (isOnPath(path, superior)) {
    report(run, branch, 'loop', `The authority hint ${superior} leads back to an Entity below it.`)
    return undefined
  }
  if (++run.steps > MAX_STEPS) {
    report(run, branch, 'limits', 'The authority hints form too many paths to follow.')
    return undefined
  }
  const configuration = await attempt(run, { ...branch, isConfiguration: true }, () =>
    readConfiguration(run, superior),
  )
  return configuration && { top: configuration, below: path, length: path.length + 1 }
}

function isOnPath(path: Path | undefined, entity: EntityId): boolean {
  return path !== undefined && (path.top.claims.sub === entity || isOnPath(path.below, entity))
}

async function attempt<T>(
  run: Run,
  branch: Omit<CollectFailure, 'error'>,
  action: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await action()
  } catch (error) {
    if (!(error instanceof FederationError)) throw error
    record(run, { ...branch, error })
    return undefined
  }
}

function report(run: Run, branch: Omit<CollectFailure, 'error'>, check: string, message: string): void {
  record(run, { ...branch, error: new FederationError('invalid_trust_chain', message, { check }) })
}

/** Paths with a common branch have the same failure, which is recorded once. */
function record(run: Run, failure: CollectFailure): void {
  const { entity, superior, error } = failure
  const isRecorded = run.failures.some(
    (other) =>
      other.entity === entity && other.superior === superior && other.error.message === error.message,
  )
  if (!isRecorded) run.failures.push(failure)
}
