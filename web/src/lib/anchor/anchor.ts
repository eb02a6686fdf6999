/** Describes an anchor of the installation: its name and its alerts. */
import { byAttention } from '#lib/alert/alert.ts'
import { plural, shortEntityId } from '#lib/format.ts'
import type { AlertCountFieldsFragment, AnchorFieldsFragment } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import type { Tone } from '#lib/tone.ts'

graphql(`
  fragment AnchorFields on TrustAnchor { slug entityId isFirst pausedAt displayName environment color }
`)

graphql(`
  fragment AlertCountFields on Alert { severity acknowledgedBy { username } snoozedUntil }
`)

export const nameOf = ({ displayName, entityId }: Pick<AnchorFieldsFragment, 'displayName' | 'entityId'>) =>
  displayName ?? shortEntityId(entityId)

/** By its slug, which is all that is left of a removed one. */
export function nameOfSlug(slug: string, anchors: readonly AnchorFieldsFragment[]): string {
  const anchor = anchors.find((other) => other.slug === slug)
  return anchor ? nameOf(anchor) : slug
}

/** Its superiors among the anchors of the installation: under them it is an Intermediate. */
export const superiorsOf = <Anchor extends { entityId: string }>(
  { authorityHints }: { authorityHints: readonly string[] },
  anchors: readonly Anchor[],
) => anchors.filter(({ entityId }) => authorityHints.includes(entityId))

/** The other anchors, in which the user may register and change. */
export const othersToOperate = <Anchor extends { slug: string; mayOperate: boolean }>(
  anchors: readonly Anchor[],
  own: { slug: string } | null,
) => anchors.filter(({ slug, mayOperate }) => mayOperate && slug !== own?.slug)

/** What a form begins with: where there is no choice, the only one. */
export const onlySlug = ([only, ...others]: readonly { slug: string }[]) =>
  only && others.length === 0 ? only.slug : ''

/** The alerts that wait for a decision, by severity. */
export function alertsInWords(alerts: readonly AlertCountFieldsFragment[]): { tone: Tone; label: string } {
  const { open } = byAttention(alerts)
  const critical = open.filter(({ severity }) => severity === 'CRITICAL').length
  const warnings = open.length - critical
  const label = [critical > 0 && `${critical} critical`, warnings > 0 && plural(warnings, 'warning')].filter(
    Boolean,
  )
  if (label.length === 0) return { tone: 'success', label: 'No alerts' }
  return { tone: critical > 0 ? 'error' : 'warning', label: label.join(', ') }
}
