/** Describes a resolution in words, and the places that the explorer highlights. */
import { plural } from '#lib/format.ts'
import type { ResolutionFieldsFragment } from '#lib/gql/graphql.ts'
import type { Tone } from '#lib/tone.ts'

export type Resolution = ResolutionFieldsFragment
export type Chain = Resolution['chains'][number]

/** The kind of statement at a position of a chain; a statement about its issuer is a configuration (§3). */
export function statementName({ statements, path }: Chain, position: number): string {
  if (position === 0) return 'Entity Configuration'
  // The path has one entity for each statement except the anchor's own.
  return position === statements.length - 1 && position === path.length
    ? 'Entity Configuration of the Trust Anchor'
    : 'Subordinate Statement'
}

/** Issuer and subject of a statement. */
export function partiesOf(
  { path, statements }: Chain,
  position: number,
): { issuer: string; subject: string } {
  const last = path.at(-1) ?? ''
  if (position === 0) return { issuer: path[0] ?? '', subject: path[0] ?? '' }
  if (position === statements.length - 1 && position === path.length) return { issuer: last, subject: last }
  return { issuer: path[position] ?? '', subject: path[position - 1] ?? '' }
}

export const checksOf = ({ checks }: Chain, position: number) =>
  checks.filter(({ statement }) => statement === position)

export const hasFailed = (chain: Chain, position: number) =>
  chain.failedStatement === position || checksOf(chain, position).some(({ status }) => status === 'FAILED')

/** The statement to open first: the one at fault, or the entity's own. */
export function firstStatement(chain: Chain): number {
  const failed = chain.statements.findIndex((_, position) => hasFailed(chain, position))
  return Math.max(0, failed)
}

/** The chain that a resolver selects, or the one that failed last. */
export const firstChain = ({ chains }: Resolution) =>
  Math.max(
    0,
    chains.findIndex(({ valid }) => valid),
  )

export function verdict({ chains, failures, resolved }: Resolution): {
  tone: Tone
  title: string
  detail: string
} {
  const holding = chains.filter(({ valid }) => valid).length
  if (resolved) {
    const others = chains.length - holding
    return {
      tone: 'success',
      title: 'It resolves',
      detail: `${plural(holding, 'Trust Chain')} ${holding === 1 ? 'holds' : 'hold'}${others > 0 ? `, ${plural(others, 'other')} ${others === 1 ? 'does' : 'do'} not` : ''}. Everyone who trusts the anchor accepts this entity.`,
    }
  }
  if (chains.length > 0) {
    return {
      tone: 'error',
      title: 'It does not resolve',
      detail: `${plural(chains.length, 'path')} to the Trust Anchor, and none is valid.`,
    }
  }
  return {
    tone: 'error',
    title: 'No path leads to the Trust Anchor',
    detail:
      failures.length > 0
        ? `${plural(failures.length, 'branch', 'branches')} ended before it.`
        : 'The entity names no superior.',
  }
}
