/** A list of entities to register. */
import { parseEntityId } from '#core/entity-id.ts'
import { readSettings } from '#server/database/settings.ts'
import { InvalidInputError, OperationError, parseField } from '#server/error/operation-error.ts'
import { organizationNames } from '#server/plan/kind/organizations.ts'
import type { Source } from '#server/plan/plan.ts'
import { objectsOf, type SourceContext } from '#server/plan/source/source.ts'
import type { Finding, Wanted } from '#server/plan/wanted.ts'
import { parsePatch } from '#server/services/patch.ts'
import { type RegisterInput, subordinateFields } from '#server/services/subordinate/input.ts'

/** Each that is new is examined. */
const MAXIMUM = 10_000

export type ListSource = {
  subordinates?: readonly RegisterInput[] | null | undefined
  /** Entity Identifiers as written, which may be none. */
  lines?: readonly string[] | null | undefined
}

/** A bad line is left alone, with a warning. @throws InvalidInputError */
export async function fromList(context: SourceContext, { subordinates, lines }: ListSource): Promise<Source> {
  const written = (lines ?? []).map((line) => line.trim()).filter((entityId) => entityId !== '')
  const list: RegisterInput[] = [...(subordinates ?? []), ...written.map((entityId) => ({ entityId }))]
  if (list.length === 0) throw new InvalidInputError('The list is empty. Name the entities.', 'subordinates')
  if (list.length > MAXIMUM)
    throw new InvalidInputError(`At most ${MAXIMUM} entities are registered at once.`, 'subordinates')
  const settings = await readSettings(context.db)
  const names = await organizationNames(
    context.db,
    list.map(({ organizationId }) => organizationId),
  )
  const organizationOf = (id: number) => {
    const name = names.get(id)
    if (name === undefined) throw new InvalidInputError('There is no such organization.', 'organizationId')
    return name
  }
  const wanted: Wanted[] = []
  const warnings: Finding[] = []
  const seen = new Set<string>()
  for (const { entityId: given, active, keysCompared, ...fields } of list) {
    const named = { section: 'members', key: given, isNew: true } as const
    const say = (message: string, path: Finding['path'] = []): Finding => ({
      ...{ object: { ...named, wanted: {} }, path, message },
    })
    if (seen.has(given)) {
      warnings.push({ ...say('An earlier line names the same entity.'), isLeft: true })
      continue
    }
    seen.add(given)
    try {
      const entityId = parseField('entityId', () => parseEntityId(given, context))
      const { organizationId, ...parsed } = parsePatch(subordinateFields, fields, settings)
      const others = {
        ...(active == null ? {} : { active }),
        ...(keysCompared == null ? {} : { keysCompared }),
        ...(organizationId == null ? {} : { organization: organizationOf(organizationId) }),
      }
      wanted.push({ ...named, key: entityId, wanted: { entityId, ...parsed, ...others } })
    } catch (error) {
      if (!(error instanceof OperationError)) throw error
      warnings.push(say(error.message, error.path ?? []))
    }
  }
  return { anchor: context.slug, objects: objectsOf(wanted), warnings, isIndependent: true }
}
