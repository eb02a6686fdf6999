/** Lists a merged metadata policy (§6.1.4.1) by operator, with the levels that set it. */
import { FederationError } from '#core/errors.ts'
import { type MetadataPolicy, mergeMetadataPolicies } from '#core/metadata-policy/index.ts'
import { valueAt } from '#lib/json/edit.ts'

export interface PolicyRow {
  operator: string
  value: unknown
  /** The levels that set it, highest first. */
  setBy: string[]
}

export interface ParameterRows {
  entityType: string
  parameter: string
  rows: PolicyRow[]
}

export interface PolicyLevel {
  name: string
  policy: unknown
}

export type MergedPolicy =
  | { parameters: ParameterRows[]; problem?: never }
  | { parameters?: never; problem: string }

/** `levels`: from the Trust Anchor down. Returns a contradiction between them as a message. */
export function mergePolicyRows(levels: readonly PolicyLevel[]): MergedPolicy {
  try {
    const merged = mergeMetadataPolicies(levels.map(({ policy }) => (policy ?? {}) as MetadataPolicy)) // parsed again there
    return { parameters: parametersOf(merged, levels) }
  } catch (error) {
    if (error instanceof FederationError) return { problem: error.message }
    throw error
  }
}

function parametersOf(merged: MetadataPolicy, levels: readonly PolicyLevel[]): ParameterRows[] {
  return Object.entries(merged).flatMap(([entityType, parameters]) =>
    Object.entries(parameters).map(([parameter, operators]) => ({
      entityType,
      parameter,
      rows: Object.entries(operators).map(([operator, value]) => ({
        operator,
        value,
        setBy: levels
          .filter(({ policy }) => valueAt(policy, [entityType, parameter, operator]) !== undefined)
          .map(({ name }) => name),
      })),
    })),
  )
}
