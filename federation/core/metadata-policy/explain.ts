/** Explains a chain's metadata policy: every step, the Superiors that set it, and all findings. */
import type { EntityId } from '../entity-id.ts'
import { FederationError, type FederationErrorCode } from '../errors.ts'
import { getMember } from '../json.ts'
import type { Metadata } from '../metadata.ts'
import type { Path } from '../path.ts'
import { type PolicyStep, runPolicy } from './apply.ts'
import { collectInto } from './findings.ts'
import { mergePolicies } from './merge.ts'
import { checkCriticalOperators, type MetadataPolicy, readPolicy } from './parse.ts'

export type ExplainedStep = Omit<PolicyStep, 'error'> & {
  /** The Superiors that set the operator, the Trust Anchor first. */
  setBy: EntityId[]
  error?: string
}

export type PolicyFinding = {
  code: FederationErrorCode
  message: string
  path: Path
  operator?: string
  /** The Superior with the invalid policy. Absent if the metadata is invalid. */
  issuer?: EntityId
}

export type PolicyExplanation = {
  /** The Resolved Metadata. Absent if there are errors. */
  metadata?: Metadata
  steps: ExplainedStep[]
  errors: PolicyFinding[]
}

/** `authoring`: unknown operators are findings. */
type Level = { issuer: EntityId; policy: MetadataPolicy; authoring?: boolean }

/** `levels` start at the Trust Anchor. Continues after a finding with the valid parts, and never throws one. */
export function explainMetadataPolicy(
  levels: readonly Level[],
  metadata: Metadata,
  options: { crit?: Iterable<string> } = {},
): PolicyExplanation {
  const errors = explainCrit(options.crit ?? [])
  let merged: MetadataPolicy = {}
  const read: Level[] = []
  for (const { issuer, policy, authoring = false } of levels) {
    const found: FederationError[] = []
    const usable = collectInto(found, readPolicy(policy, { authoring }))
    merged = collectInto(found, mergePolicies(merged, usable))
    read.push({ issuer, policy: usable })
    errors.push(...found.map((error) => describeFinding(error, issuer)))
  }
  const steps: ExplainedStep[] = []
  const resolved = runPolicy(merged, metadata, ({ error, ...step }) => {
    steps.push({ ...step, setBy: listSetters(read, step), ...(error ? { error: error.message } : {}) })
    if (error) errors.push(describeFinding(error))
  })
  return { ...(errors.length === 0 ? { metadata: resolved } : {}), steps, errors }
}

function explainCrit(names: Iterable<string>): PolicyFinding[] {
  return [...names].flatMap((name) => {
    try {
      checkCriticalOperators([name])
      return []
    } catch (error) {
      if (error instanceof FederationError) return [describeFinding(error)]
      throw error
    }
  })
}

function listSetters(
  levels: readonly Level[],
  step: { entityType: string; parameter: string; operator: string },
): EntityId[] {
  const sets = ({ policy }: Level) =>
    getMember(getMember(getMember(policy, step.entityType), step.parameter), step.operator) !== undefined
  return levels.filter(sets).map(({ issuer }) => issuer)
}

function describeFinding({ code, message, detail }: FederationError, issuer?: EntityId): PolicyFinding {
  const { path = [], operator } = detail
  return { code, message, path, ...(operator ? { operator } : {}), ...(issuer ? { issuer } : {}) }
}
