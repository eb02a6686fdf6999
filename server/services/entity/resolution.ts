/** Resolves an entity as a third party would and explains every chain, statement and policy step. */
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import type { JwkSet } from '#core/keys.ts'
import type { Metadata } from '#core/metadata.ts'
import type { PolicyExplanation } from '#core/metadata-policy/index.ts'
import { collectTrustChains, resolveMetadata, validateTrustChain } from '#core/trust-chain/index.ts'
import { createStatementSource } from '#federation/resolver/statement-source.ts'
import { toUnix } from '#server/clock.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import { readPins } from '#server/publish/pins.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { explainPolicy } from '#server/services/entity/policy-explanation.ts'
import { adviceFor } from '#server/services/entity/resolution-advice.ts'
import { checkStatements, type StatementCheck } from '#server/services/entity/statement-checks.ts'

const TIME_BUDGET_MS = 30_000

export type ExplainedChain = {
  /** From the entity to the Trust Anchor. */
  path: string[]
  statements: EntityStatement[]
  metadata: Metadata | null
  /** The fault as a sentence; null for a valid chain. */
  reason: string | null
  /** The position of the statement at fault, from the entity's own; null if there is none in particular. */
  failedStatement: number | null
  expiresAt: Date
  policy: PolicyExplanation['steps']
  findings: string[]
  /** The checks of all statements, the entity's own first. */
  checks: StatementCheck[]
}

export type Resolution = {
  entityId: string
  trustAnchor: string
  chains: ExplainedChain[]
  /** Dead ends: branches that ended before the anchor. */
  failures: { entityId: string; superior: string | null; reason: string; advice: string | null }[]
}

export function createResolutionService(context: ServiceContext) {
  const { entityId: anchor, allowHttp, fetcher, reader, signingKeys } = context
  const hosted = (id: string) => context.hosted?.(id)?.reader

  async function keysOf(trustAnchor: string): Promise<JwkSet> {
    if (trustAnchor === anchor) return signingKeys.current().published
    const keys = (await readPins(context))[trustAnchor]
    if (keys) return keys
    throw new InvalidInputError(
      `No keys are pinned for the Trust Anchor ${trustAnchor}. Add it in the settings first.`,
    )
  }

  return {
    /** Fetches from other entities what is not published here. */
    async resolve(entityId: string, trustAnchor: string = anchor): Promise<Resolution> {
      const trustAnchorKeys = await keysOf(trustAnchor)
      const now = toUnix(context.now())
      const signal = AbortSignal.timeout(TIME_BUDGET_MS)
      const source = createStatementSource({ entityId: anchor, allowHttp, reader, hosted, now }, fetcher)
      const options = { trustAnchors: [trustAnchor], source, now, allowHttp, signal }
      const { chains, failures } = await collectTrustChains(entityId, options)
      return {
        entityId,
        trustAnchor,
        chains: await Promise.all(
          chains.map((chain) => explainChain(chain, { trustAnchor, trustAnchorKeys, now, allowHttp })),
        ),
        failures: failures.map(({ entity, superior, error }) => {
          const advice = adviceFor(error) || null
          return { entityId: entity, superior: superior ?? null, reason: error.message, advice }
        }),
      }
    },
  }
}

type ValidateOptions = Parameters<typeof validateTrustChain>[1]

async function explainChain(
  statements: EntityStatement[],
  options: ValidateOptions,
): Promise<ExplainedChain> {
  const { steps, errors } = explainPolicy(statements)
  const explained = {
    path: [statements[0]?.claims.sub ?? '', ...statements.slice(1, -1).map(({ claims }) => claims.iss)],
    statements,
    expiresAt: new Date(Math.min(...statements.map(({ claims }) => claims.exp)) * 1000),
    policy: steps,
    findings: errors.map(({ message }) => message),
    checks: await checkStatements(statements, { ...options, policy: steps }),
  }
  try {
    const metadata = resolveMetadata(await validateTrustChain(statements, options))
    return { ...explained, metadata, reason: null, failedStatement: null }
  } catch (error) {
    if (!(error instanceof FederationError)) throw error
    return {
      ...explained,
      metadata: null,
      reason: error.message,
      failedStatement: error.detail.statement ?? null,
    }
  }
}
