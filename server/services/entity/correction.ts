/** Finds the identifier that an operator meant, when an entity was examined under another one (§1.2, §3.1.1). */
import { buildEntityConfigurationUrl, type EntityId } from '#core/entity-id.ts'
import { type Correction, correctEntityId, explainDifference } from '#core/entity-id-correction.ts'
import {
  type EntityStatement,
  isEntityConfiguration,
  parseEntityStatement,
} from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import type { ServiceContext } from '#server/services/context.ts'
import type { Examination } from '#server/services/entity/examination.ts'

type Examined = Pick<Examination, 'entityId' | 'statement'>

/** Fetches at most one further configuration: an identifier is offered only if the entity there says that it is it. */
export function createCorrection({ fetcher, allowHttp }: Pick<ServiceContext, 'fetcher' | 'allowHttp'>) {
  /** The configuration at an identifier; null if there is none. */
  async function read(entityId: EntityId): Promise<EntityStatement | null> {
    try {
      return parseEntityStatement(await fetcher.entityConfiguration(entityId), { allowHttp })
    } catch (error) {
      if (error instanceof FetchError || error instanceof FederationError) return null
      throw error
    }
  }

  async function correctUnreachable(asked: string): Promise<Correction | null> {
    const meant = correctEntityId(asked, { allowHttp })
    if (!meant) return null
    const said = nameOf(await read(meant.entityId))
    if (said === null || !areServedTogether(said, meant.entityId)) return null
    if (said === meant.entityId) return meant
    return { entityId: said, reason: `${meant.reason} ${explainDifference(meant.entityId, said)}` }
  }

  return {
    /** Null if the identifier is right, or no better one is known. */
    async correct({ entityId: asked, statement }: Examined): Promise<Correction | null> {
      if (!statement) return correctUnreachable(asked)
      const said = nameOf(statement)
      if (said === null || said === asked) return null
      const isConfirmed = areServedTogether(said, asked) || nameOf(await read(said)) === said
      return isConfirmed ? { entityId: said, reason: explainDifference(asked, said) } : null
    },
  }
}

function nameOf(statement: EntityStatement | null): EntityId | null {
  return statement && isEntityConfiguration(statement) ? statement.claims.sub : null
}

/** The same document is the Entity Configuration of both, as with and without a slash at the end (§9). */
function areServedTogether(one: EntityId, other: EntityId): boolean {
  const [a, b] = [one, other].map((entityId) => new URL(buildEntityConfigurationUrl(entityId)).href)
  return a === b
}
