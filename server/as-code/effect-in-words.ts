/** The effect of a plan in sentences: the numbers, the causes, then who stops to resolve. */
import { formatPath } from '#core/path.ts'
import type { Database } from '#server/database/client.ts'
import type { EndingMarks } from '#server/services/effect/ending-marks.ts'
import type { PlanEffect } from '#server/services/effect/plan-effect.ts'
import { type PlaceCounts, type PlanGroup, readEntities } from '#server/services/effect/tally.ts'

/** Lines of a kind, and names in a line. */
const MAXIMUM_GROUPS = 20
const MAXIMUM_NAMES = 5
const MAXIMUM_VALUE = 100

/** Empty: it does nothing to members and marks. `names`: how many of those that stop to resolve, all by default. */
export async function linesOfEffect(
  db: Database,
  effect: PlanEffect,
  { names = Number.POSITIVE_INFINITY }: { names?: number } = {},
): Promise<string[]> {
  const { stops, starts, changes, marksEnd, newMembers, fetchedMembers, isComplete } = effect
  return [
    ...numbersOf(effect),
    ...stops.map((group) => `Stop to resolve: ${sizeOf(group)}. ${group.reason ?? ''}`.trim()),
    ...some(starts.map((group) => `Start to resolve: ${named(group)}.`)),
    ...some(changes.map((group) => `Change: ${named(group)}. ${changeOf(group)}`)),
    ...some(marksEnd.map(endOf)),
    ...unreadOf(effect),
    ...(newMembers.count > 0 ? [`New, and examined when the plan is applied: ${newMembers.count}.`] : []),
    ...(fetchedMembers > 0
      ? [`Fetched and examined again when the plan is applied: ${fetchedMembers}.`]
      : []),
    ...(isComplete ? [] : ['Not all entities were examined, because it took too long.']),
    ...(await whoStops(db, stops, names)),
  ]
}

function numbersOf({ members, below }: PlanEffect): string[] {
  const places = [numbersIn('Members', members), numbersIn('Entities below Intermediates', below)]
  return places.filter((line) => line !== null)
}

function unreadOf({ unread: { count, examples }, crawledAt }: PlanEffect): string[] {
  if (count === 0) return []
  const names = examples.slice(0, MAXIMUM_NAMES).join(', ') + (count > MAXIMUM_NAMES ? ', …' : '')
  const why = crawledAt
    ? `because the last crawl, of ${crawledAt.toISOString()}, read nothing there`
    : 'because there was no crawl'
  return [`Unknown: entities below ${count} Intermediate${count === 1 ? '' : 's'} (${names}), ${why}.`]
}

function numbersIn(title: string, { stops, starts, changes, unknown }: PlaceCounts): string | null {
  if (stops + starts + changes + unknown === 0) return null
  const others = unknown > 0 ? `, ${unknown} unknown` : ''
  return `${title}: ${stops} stop to resolve, ${starts} start to, ${changes} change${others}.`
}

async function whoStops(db: Database, groups: readonly PlanGroup[], limit: number): Promise<string[]> {
  const lines: string[] = []
  let shown = 0
  for (const group of groups) {
    const found = await readEntities(db, group, 0, limit - shown)
    const title = group.path.length > 0 ? formatPath(group.path) : (group.reason ?? '').replace(/\.$/, '')
    if (found.length > 0) lines.push(`Who stops, ${title}:`)
    lines.push(...found.map(({ entityId }) => `  ${entityId}`))
    shown += found.length
  }
  const hidden = groups.reduce((sum, { count }) => sum + count, -shown)
  return hidden > 0 ? [...lines, `And ${hidden} more.`] : lines
}

const some = (lines: readonly string[]) =>
  lines.length > MAXIMUM_GROUPS
    ? [...lines.slice(0, MAXIMUM_GROUPS), `And ${lines.length - MAXIMUM_GROUPS} more groups.`]
    : lines

function sizeOf({ place, count }: PlanGroup): string {
  const nouns =
    place === 'MEMBER'
      ? ['member', 'members']
      : ['entity below an Intermediate', 'entities below Intermediates']
  return `${count} ${count === 1 ? nouns[0] : nouns[1]}`
}

function named(group: PlanGroup): string {
  const names = group.examples.slice(0, MAXIMUM_NAMES).map(({ entityId }) => entityId)
  return `${sizeOf(group)} (${names.join(', ')}${group.count > names.length ? ', …' : ''})`
}

function changeOf({ path, before, after, isMixed }: PlanGroup): string {
  const name = formatPath(path)
  return isMixed ? `${name}: different values.` : `${name}: ${shorten(before)} -> ${shorten(after)}.`
}

function shorten(value: unknown): string {
  const text = value === undefined ? 'none' : JSON.stringify(value)
  return text.length > MAXIMUM_VALUE ? `${text.slice(0, MAXIMUM_VALUE)}…` : text
}

function endOf({ trustMarkType, count, examples }: EndingMarks): string {
  const names = examples.slice(0, MAXIMUM_NAMES).join(', ')
  return `End: ${count} Trust Mark${count === 1 ? '' : 's'} of the type ${trustMarkType} (${names}${count > MAXIMUM_NAMES ? ', …' : ''}).`
}
