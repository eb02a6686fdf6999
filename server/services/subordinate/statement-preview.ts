/** Previews a Subordinate Statement, and how the entity would resolve with it, before a change. */
import { parseEntityId } from '#core/entity-id.ts'
import {
  type EntityStatement,
  type EntityStatementClaims,
  parseEntityStatement,
} from '#core/entity-statement/index.ts'
import { type Difference, findDifferences } from '#core/json-difference.ts'
import { decodeJwt } from '#core/jws.ts'
import { toUnix } from '#server/clock.ts'
import { readSettings } from '#server/database/settings.ts'
import { type Settings, type Subordinate, typedSubordinate } from '#server/database/typed-row.ts'
import { parseField } from '#server/error/operation-error.ts'
import { type StatementSubject, subordinateStatementClaims } from '#server/publish/build.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { EntityRejectedError } from '#server/services/entity/checks.ts'
import { type Conclusion, conclude } from '#server/services/entity/conclusion.ts'
import type { Examine } from '#server/services/entity/examiner.ts'
import { prospectiveChain } from '#server/services/entity/prospective-chain.ts'
import { parsePatch } from '#server/services/patch.ts'
import { type SubordinateFields, subordinateFields } from '#server/services/subordinate/input.ts'
import { emptyRegistration, findSubordinate } from '#server/services/subordinate/row.ts'

export type StatementPreview = {
  entityId: string
  claims: EntityStatementClaims
  /** The claims of the current statement; null without one. */
  present: Record<string, unknown> | null
  differences: Difference[]
  presentConclusion: Conclusion | null
  conclusion: Conclusion
}

type Subject = { configuration: EntityStatement; registered: Subordinate | null }

export function createStatementPreview(context: ServiceContext, examine: Examine) {
  const { db, entityId: anchor, allowHttp } = context

  /** Uses the last fetched configuration of a registered subordinate, to be fast while the user types. */
  async function findRegistered(id: number): Promise<Subject> {
    const registered = typedSubordinate(await findSubordinate(db, id))
    return {
      registered,
      configuration: parseEntityStatement(registered.entityConfiguration, { allowHttp: true }),
    }
  }

  async function fetchCandidate(value: string, settings: Settings): Promise<Subject> {
    const entityId = parseField('entityId', () => parseEntityId(value, { allowHttp }))
    const registered = await db.subordinate.findUnique({ where: { entityId } })
    if (registered) return findRegistered(registered.id)
    const candidate = { entityId, settings, registration: emptyRegistration, registered: false }
    const { statement, checks } = await examine(candidate)
    if (!statement) throw new EntityRejectedError(checks, 'entityId')
    return { registered: null, configuration: statement }
  }

  return {
    /** @throws NotFoundError, InvalidInputError; EntityRejectedError when its configuration cannot be read */
    async preview(
      subject: { id: number } | { entityId: string },
      changes: SubordinateFields,
    ): Promise<StatementPreview> {
      const settings = await readSettings(db)
      const fields = parsePatch(subordinateFields, changes, settings)
      const { configuration, registered } =
        'id' in subject ? await findRegistered(subject.id) : await fetchCandidate(subject.entityId, settings)
      const { sub: entityId, jwks: ownKeys } = configuration.claims
      const changed: StatementSubject = {
        ...(registered ?? emptyRegistration),
        ...fields,
        entityId,
        jwks: (fields.jwks === undefined ? registered?.jwks : fields.jwks) ?? ownKeys,
      }
      const chainOf = (subordinate: StatementSubject) =>
        prospectiveChain(configuration, { subordinate, settings, anchor, now })
      const now = toUnix(context.now())
      const claims = subordinateStatementClaims({ entityId: anchor, settings, subordinate: changed, now })
      const present = registered?.statement ? decodeJwt(registered.statement).claims : null
      return {
        entityId,
        claims,
        present,
        differences: claimDifferences(present ?? {}, claims),
        presentConclusion: registered && conclude(chainOf(registered)),
        conclusion: conclude(chainOf(changed)),
      }
    },
  }
}

/** The times of two statements always differ, so only their validity periods are compared. */
function claimDifferences(before: Record<string, unknown>, after: EntityStatementClaims): Difference[] {
  const { iat: _issued, ...others } = after
  const names = [...new Set([...Object.keys(before), ...Object.keys(others)])].filter(
    (name) => name !== 'iat' && (name !== 'exp' || lifetime(before) !== lifetime(after)),
  )
  return names.flatMap((name) =>
    findDifferences(before[name], (after as Record<string, unknown>)[name], { path: [name] }),
  )
}

const lifetime = ({ iat, exp }: { iat?: unknown; exp?: unknown }) => Number(exp) - Number(iat)
