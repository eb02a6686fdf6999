/** Explains a chain's metadata policy to a person: every step, who set it, and everything that is wrong. */
import type { EntityId } from '../entity-id.ts'
import { FederationError, type FederationErrorCode } from '../errors.ts'
import { member } from '../json.ts'
import type { Metadata } from '../metadata.ts'
import type { Path } from '../path.ts'
import { type PolicyStep, runPolicy } from './apply.ts'
import { collectInto } from './findings.ts'
import { mergePolicies } from './merge.ts'
import { checkCriticalOperators, type MetadataPolicy, readPolicy } from './parse.ts'

export type ExplainedStep = Omit<PolicyStep, 'error'> & {
  /** The Superiors that set the operator, Trust Anchor first. */
  setBy: EntityId[]
  error?: string
}

export type PolicyFinding = {
  code: FederationErrorCode
  message: string
  path: Path
  operator?: string
  /** The Superior whose policy shows the fault; absent when the metadata does. */
  issuer?: EntityId
}

export type PolicyExplanation = {
  /** The Resolved Metadata; absent when there are errors. */
  metadata?: Metadata
  steps: ExplainedStep[]
  errors: PolicyFinding[]
}

type Level = { issuer: EntityId; policy: MetadataPolicy }

/** `levels` run from the Trust Anchor down. Goes on after a finding with what is left, and never throws one. */
export function explainMetadataPolicy(
  levels: readonly Level[],
  metadata: Metadata,
  options: { crit?: Iterable<string> } = {},
): PolicyExplanation {
  const errors = explainCrit(options.crit ?? [])
  let merged: MetadataPolicy = {}
  const read: Level[] = []
  for (const { issuer, policy } of levels) {
    const found: FederationError[] = []
    const usable = collectInto(found, readPolicy(policy))
    merged = collectInto(found, mergePolicies(merged, usable))
    read.push({ issuer, policy: usable })
    errors.push(...found.map((error) => describe(error, issuer)))
  }
  const steps: ExplainedStep[] = []
  const resolved = runPolicy(merged, metadata, ({ error, ...step }) => {
    steps.push({ ...step, setBy: setBy(read, step), ...(error ? { error: error.message } : {}) })
    if (error) errors.push(describe(error))
  })
  return { ...(errors.length === 0 ? { metadata: resolved } : {}), steps, errors }
}

function explainCrit(names: Iterable<string>): PolicyFinding[] {
  return [...names].flatMap((name) => {
    try {
      checkCriticalOperators([name])
      return []
    } catch (error) {
      if (error instanceof FederationError) return [describe(error)]
      throw error
    }
  })
}

function setBy(
  levels: readonly Level[],
  step: { entityType: string; parameter: string; operator: string },
): EntityId[] {
  const sets = ({ policy }: Level) =>
    member(member(member(policy, step.entityType), step.parameter), step.operator) !== undefined
  return levels.filter(sets).map(({ issuer }) => issuer)
}

function describe({ code, message, detail }: FederationError, issuer?: EntityId): PolicyFinding {
  const { path = [], operator } = detail
  return { code, message, path, ...(operator ? { operator } : {}), ...(issuer ? { issuer } : {}) }
}
