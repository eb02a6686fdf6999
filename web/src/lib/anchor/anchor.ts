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
  fragment AlertCountFields on Alert { severity acknowledgedBy snoozedUntil }
`)

export const nameOf = ({ displayName, entityId }: Pick<AnchorFieldsFragment, 'displayName' | 'entityId'>) =>
  displayName ?? shortEntityId(entityId)

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
