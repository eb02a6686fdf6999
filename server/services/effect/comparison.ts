/** Resolves entities under the statements above them before and after a change; equal entities once. */
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import type { Metadata } from '#core/metadata.ts'
import { prepareResolution } from '#core/trust-chain/index.ts'
import type { Superiors } from '#server/services/collection/chains.ts'
import { type Affected, createReach } from '#server/services/effect/reach.ts'
import type { remembering } from '#server/services/effect/remembering.ts'
import { type Resolved, resolveContent } from '#server/services/entity/chain-fault.ts'

export type BothResolved = { before: Resolved; after: Resolved }

/** The chains of both sides, the preferred one first. */
export type BothChains = Record<'before' | 'after', readonly Superiors[]>

type ReadConfiguration = () => EntityStatement
/** Null: there is no chain. */
export type BothFound = { before: Resolved | null; after: Resolved | null }

export type Comparison = ReturnType<typeof createComparison>

export type Results = ReturnType<typeof remembering<BothFound>>

let comparisons = 0

/** `remember` has the results of several comparisons. */
export function createComparison({ before, after }: BothChains, remember: Results) {
  const id = ++comparisons
  const [resolveBefore, resolveAfter] = [before, after].map((chains) => firstOf(chains.map(prepare)))
  const reduce = createReach([...before, ...after].map(builtOf))
  const resolve = (read: ReadConfiguration, sub: string): BothFound => ({
    before: resolveBefore?.(read, sub) ?? null,
    after: resolveAfter?.(read, sub) ?? null,
  })
  return {
    /** Metadata without the parameters that make no difference. Equal entities share one result. */
    reduced(entity: Affected): BothFound {
      const { sub, entityId, metadata } = reduce(entity)
      const read = () => toConfiguration(sub, metadata)
      return remember(JSON.stringify([id, sub, entityId, metadata]), () => resolve(read, entityId))
    },
    /** With all of its metadata. `read` may throw a FederationError. */
    complete: resolve,
  }
}

/** Builds once what does not depend on the entity. */
function prepare({ build }: Superiors) {
  let superiors: EntityStatement[] | undefined
  let applySuperior: ReturnType<typeof prepareResolution> | undefined
  return (read: ReadConfiguration, sub: string): Resolved => {
    const chain = () => {
      const configuration = read()
      superiors ??= build()
      return [configuration, ...about(sub, superiors)] as const
    }
    return resolveContent(chain, ([configuration, ...statements]) => {
      applySuperior ??= prepareResolution(statements)
      return applySuperior(configuration)
    })
  }
}

/** The first chain that resolves; otherwise the fault of the first. */
function firstOf(resolvers: readonly ReturnType<typeof prepare>[]) {
  return (read: ReadConfiguration, sub: string): Resolved | null => {
    let first: Resolved | null = null
    for (const resolve of resolvers) {
      const resolved = resolve(read, sub)
      if (!resolved.fault) return resolved
      first ??= resolved
    }
    return first
  }
}

function about(sub: string, [first, ...others]: readonly EntityStatement[]): EntityStatement[] {
  return first ? [{ ...first, claims: { ...first.claims, sub } }, ...others] : []
}

/** None, if our policies contradict each other: then its fault is the same for every entity. */
function builtOf({ build }: Superiors): EntityStatement[] {
  try {
    return build()
  } catch (error) {
    if (error instanceof FederationError) return []
    throw error
  }
}

const toConfiguration = (sub: string, metadata: Metadata): EntityStatement => ({
  jwt: '',
  header: { alg: '', kid: '', typ: '' },
  claims: { iss: sub, sub, iat: 0, exp: 0, jwks: { keys: [] }, metadata },
})
