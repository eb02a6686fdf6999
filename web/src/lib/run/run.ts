/** Describes runs in words: their items, their progress and their results. */
import { capitalized, count, plural } from '#lib/format.ts'
import type { PlanSourceKind, RunFieldsFragment } from '#lib/gql/graphql.ts'
import { subordinateActions } from '#lib/subordinate/action.ts'
import type { Tone } from '#lib/tone.ts'

interface Kind {
  label: string
  /** The noun for its items, singular and plural. */
  things: readonly [string, string]
  /** The verb for an item that succeeded. */
  done: string
  /** It finds its items during the run, so their number is known at the end. */
  isOpen?: true
}

const kinds: Readonly<Record<string, Kind>> = {
  SUBORDINATES: {
    label: 'Renewal of subordinates',
    things: ['subordinate', 'subordinates'],
    done: 'renewed',
  },
  TRUST_MARKS: { label: 'Renewal of Trust Marks', things: ['Trust Mark', 'Trust Marks'], done: 'renewed' },
  REISSUE_TRUST_MARKS: {
    label: 'Re-issue of Trust Marks',
    things: ['Trust Mark', 'Trust Marks'],
    done: 're-issued',
  },
  COLLECTION: {
    label: 'Federation crawl',
    things: ['entity', 'entities'],
    done: 'read',
    isOpen: true,
  },
  CONFIGURATION: { label: 'Plan', things: ['object', 'objects'], done: 'applied' },
  REBUILD: { label: 'Full republish', things: ['rebuild', 'rebuilds'], done: 'done' },
  EVALUATION: {
    label: 'Evaluation of subordinates',
    things: ['finding', 'findings'],
    done: 'made',
    isOpen: true,
  },
}

/** By what their plan is made of. */
const plans: Readonly<Record<PlanSourceKind, Kind>> = {
  FILES: { label: 'Configuration files', things: ['object', 'objects'], done: 'applied' },
  SELECTION: { label: 'Change of subordinates', things: ['object', 'objects'], done: 'applied' },
  LIST: { label: 'Import of subordinates', things: ['entity', 'entities'], done: 'registered' },
  PROMOTION: { label: 'Promotion of subordinates', things: ['item', 'items'], done: 'promoted' },
  VERSION: { label: 'Restoration of a version', things: ['object', 'objects'], done: 'applied' },
  SETTINGS: { label: 'Change of settings and policy', things: ['object', 'objects'], done: 'applied' },
  REQUESTS: { label: 'Approval of requests', things: ['request', 'requests'], done: 'approved' },
}

const kindOf = ({ kind, planSource }: Titled): Kind => (planSource ? plans[planSource] : runKind(kind))

/** A kind without a row is shown by its name. */
export const runKind = (kind: string): Kind =>
  kinds[kind] ?? {
    label: kind.charAt(0) + kind.slice(1).toLowerCase().replaceAll('_', ' '),
    things: ['item', 'items'],
    done: 'done',
  }

type Titled = Pick<RunFieldsFragment, 'kind'> &
  Partial<Pick<RunFieldsFragment, 'dryRun' | 'subordinateAction' | 'planSource'>>

type Run = Titled &
  Pick<
    RunFieldsFragment,
    'kind' | 'state' | 'total' | 'done' | 'failed' | 'rate' | 'cancelRequested' | 'startedAt' | 'endedAt'
  > &
  Partial<Pick<RunFieldsFragment, 'skipped'>>

/** The title of a run: its kind, or the action of a change of many subordinates. */
export function runTitle(run: Titled): string {
  const { dryRun, subordinateAction } = run
  const title = subordinateAction ? subordinateActions[subordinateAction].run : kindOf(run).label
  return dryRun ? `${title} (dry run)` : title
}

/** The verb for an item that succeeded. */
export function itemVerb(run: Titled): string {
  const { dryRun, subordinateAction } = run
  if (dryRun) return 'checked'
  return subordinateAction ? subordinateActions[subordinateAction].done : kindOf(run).done
}

const verbs: Readonly<Record<string, string>> = { CREATE: 'created', CHANGE: 'changed', REMOVE: 'removed' }

/** What became of an item that succeeded. `verb`: of the step of a plan; a dry run only checks it. */
export function itemWords(done: string, verb: string | undefined): string {
  // A removal revokes the Trust Marks of each member.
  if (done === 'removed' && verb === 'CHANGE') return 'Revoked'
  return capitalized((done === 'applied' && verb ? verbs[verb] : undefined) ?? done)
}

export function runState({ state, failed, cancelRequested }: Run): { tone: Tone; label: string } {
  if (state === 'RUNNING')
    return cancelRequested ? { tone: 'warning', label: 'Ending' } : { tone: 'warning', label: 'Running' }
  if (state === 'QUEUED') return { tone: 'warning', label: 'Waiting for a worker' }
  if (state === 'FAILED') return { tone: 'error', label: 'Failed' }
  if (state === 'CANCELLED') return { tone: 'quiet', label: 'Cancelled' }
  return failed > 0 || state === 'PARTLY'
    ? { tone: 'error', label: `Finished, ${count(failed)} failed` }
    : { tone: 'success', label: 'Succeeded' }
}

/** Formats a duration with useful precision: `40 seconds`, `3 minutes`, `2 hours`. */
export function durationInWords(seconds: number): string {
  if (seconds < 1) return 'less than a second'
  if (seconds < 90) return plural(Math.round(seconds), 'second')
  if (seconds < 90 * 60) return plural(Math.round(seconds / 60), 'minute')
  return plural(Math.round(seconds / 3600), 'hour')
}

/** Seconds until the end at the current rate; undefined while unknown. */
export function secondsLeft({ kind, total, done, failed, rate }: Run): number | undefined {
  if (typeof total !== 'number' || runKind(kind).isOpen || rate <= 0 || done + failed === 0) return undefined
  return Math.max(0, total - done - failed) / rate
}

/** The finished part, from 0 to 1; undefined while unknown. */
export function fractionDone({ kind, state, total, done, failed }: Run): number | undefined {
  if (typeof total !== 'number') return undefined
  // The items that a successful crawl found are all items.
  if (runKind(kind).isOpen) return state === 'SUCCEEDED' ? 1 : undefined
  return total === 0 ? 1 : Math.min(1, (done + failed) / total)
}

function counts(run: Run): string {
  const { done, failed, total, dryRun } = run
  const { things, isOpen } = kindOf(run)
  const verb = itemVerb(run)
  const skipped = (!dryRun && run.skipped) || 0
  const failures = failed > 0 ? `, ${count(failed)} failed` : ''
  if (isOpen) return `${plural(total ?? 0, ...things)} found${failures}`
  const all = typeof total === 'number' ? ` of ${plural(total, ...things)}` : ''
  const unchanged = skipped > 0 ? `, ${count(skipped)} with nothing to do` : ''
  return `${count(done - skipped)}${all} ${verb}${unchanged}${failures}`
}

/** The progress or the result of a run in a sentence. */
export function runInWords(run: Run): string {
  if (!run.endedAt) {
    const left = secondsLeft(run)
    if (left === undefined) return `${counts(run)}.`
    return `${counts(run)}; ${left < 1 ? '' : 'about '}${durationInWords(left)} left.`
  }
  const seconds = (new Date(run.endedAt).getTime() - new Date(run.startedAt).getTime()) / 1000
  return `${counts(run)}, in ${durationInWords(seconds)}.`
}

type Subject = { entityId: string; trustMarkType?: string }

/** The subject of an item. The object of a configuration file may have a name with spaces, and is not always an entity. */
export function stepSubject({ section, key }: { section: string; key: string }): Subject {
  return section === 'trustMarks' ? itemSubject(key) : { entityId: key }
}

const ofEntities: readonly string[] = ['members', 'awaitedMembers', 'trustMarks']
export const isOfEntity = ({ section }: { section: string }): boolean => ofEntities.includes(section)

/** The label of an item; a Trust Mark has its type and its holder. */
export function itemSubject(resource: string): Subject {
  const [first = '', second] = resource.split(' ')
  return second === undefined ? { entityId: first } : { entityId: second, trustMarkType: first }
}
