/** The effect of a plan in sentences: which members stop to resolve, first. */
import { formatPath } from '#core/path.ts'
import type { EndingMarks } from '#server/services/effect/ending-marks.ts'
import type { PlanEffect } from '#server/services/effect/plan-effect.ts'
import type { PlanGroup } from '#server/services/effect/tally.ts'

/** Lines of a kind, and names in a line. */
const MAXIMUM_GROUPS = 20
const MAXIMUM_NAMES = 5
const MAXIMUM_VALUE = 100

/** Empty: it does nothing to members and marks. */
export function linesOfEffect({
  stops,
  starts,
  changes,
  marksEnd,
  newMembers,
  isComplete,
}: PlanEffect): string[] {
  return [
    ...some(stops.map((group) => `Stop to resolve: ${named(group)}. ${group.reason ?? ''}`.trim())),
    ...some(starts.map((group) => `Start to resolve: ${named(group)}.`)),
    ...some(changes.map((group) => `Change: ${named(group)}. ${changeOf(group)}`)),
    ...some(marksEnd.map(endOf)),
    ...(newMembers.count > 0 ? [`New, and examined when the plan is applied: ${newMembers.count}.`] : []),
    ...(isComplete ? [] : ['Not all entities were examined, because it took too long.']),
  ]
}

const some = (lines: readonly string[]) =>
  lines.length > MAXIMUM_GROUPS
    ? [...lines.slice(0, MAXIMUM_GROUPS), `And ${lines.length - MAXIMUM_GROUPS} more groups.`]
    : lines

function named({ place, count, examples }: PlanGroup): string {
  const nouns =
    place === 'MEMBER'
      ? ['member', 'members']
      : ['entity below an Intermediate', 'entities below Intermediates']
  const names = examples.slice(0, MAXIMUM_NAMES).map(({ entityId }) => entityId)
  const rest = count > names.length ? ', …' : ''
  return `${count} ${count === 1 ? nouns[0] : nouns[1]} (${names.join(', ')}${rest})`
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
