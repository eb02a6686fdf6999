/** What operators compose: the checks of a pipeline in their order, each with what it needs. */
import { parseEntityId } from '#core/entity-id.ts'
import { InvalidInputError, parseField } from '#server/error/operation-error.ts'
import { parseTags } from '#server/services/annotation.ts'
import { type PipelineCheckName, pipelineCheckNames } from '#server/services/request/pipeline/check-names.ts'
import { parseTargetUrl } from '#server/services/target-url.ts'

/** `REFUSE`: such a request is not placed and cannot be approved. `ASK`: an operator decides it. */
export const failureRules = ['REFUSE', 'ASK'] as const
export type FailureRule = (typeof failureRules)[number]

type Parameters = {
  TRUST_MARKS_HELD: { trustMarkTypes: string[]; requiresAll: boolean }
  /** Either list may be empty, not both. The tags are those of the organization. */
  ON_LIST: { entityIds: string[]; tags: string[] }
  DECISION_SERVICE: { url: string }
  TERMS_ACCEPTED: { text: string }
}

export type PipelineCheck = {
  [Name in PipelineCheckName]: { check: Name; onFailure: FailureRule } & (Name extends keyof Parameters
    ? Parameters[Name]
    : unknown)
}[PipelineCheckName]

/** One check as the API accepts it: an absent field is not needed. */
export type PipelineCheckInput = {
  check: PipelineCheckName
  onFailure?: FailureRule | null | undefined
  trustMarkTypes?: readonly string[] | null | undefined
  requiresAll?: boolean | null | undefined
  entityIds?: readonly string[] | null | undefined
  tags?: readonly string[] | null | undefined
  url?: string | null | undefined
  text?: string | null | undefined
}

export const MAXIMUM_CHECKS = 10
export const MAXIMUM_ENTITIES = 1_000
export const MAXIMUM_TYPES = 20
export const MAXIMUM_TERMS = 5_000

type Rules = { allowHttp: boolean }

/** @throws InvalidInputError that names the check at fault */
export function parseChecks(given: readonly PipelineCheckInput[], rules: Rules): PipelineCheck[] {
  if (given.length > MAXIMUM_CHECKS)
    throw new InvalidInputError(
      `There are ${given.length} checks. At most ${MAXIMUM_CHECKS} are allowed.`,
      'checks',
    )
  return given.map((check, at) => {
    const parsed = parseCheck(check, at, rules)
    if (
      given.findIndex(({ check: name }) => name === parsed.check) < at &&
      parsed.check !== 'TRUST_MARKS_HELD'
    )
      throw new InvalidInputError('The list has this check already.', 'checks', at, 'check')
    return parsed
  })
}

/** The fields that each check needs. All others must be absent. */
const needed: Readonly<Record<PipelineCheckName, readonly (keyof PipelineCheckInput)[]>> = {
  OPENID_METADATA: [],
  ORGANIZATION_NAME: [],
  TRUST_MARKS_HELD: ['trustMarkTypes', 'requiresAll'],
  ON_LIST: ['entityIds', 'tags'],
  DECISION_SERVICE: ['url'],
  TERMS_ACCEPTED: ['text'],
}
const parameters = [...new Set(pipelineCheckNames.flatMap((name) => needed[name]))]

function parseCheck(given: PipelineCheckInput, at: number, rules: Rules): PipelineCheck {
  const { check, onFailure } = given
  const other = parameters.find((name) => given[name] != null && !needed[check].includes(name))
  if (other) throw new InvalidInputError('This check has no use for it.', 'checks', at, other)
  // Terms that were not accepted leave an operator nothing to decide.
  const standard: FailureRule = check === 'TERMS_ACCEPTED' ? 'REFUSE' : 'ASK'
  const common = { onFailure: onFailure ?? standard }
  if (check === 'TRUST_MARKS_HELD') return { check, ...common, ...parseMarks(given, at) }
  if (check === 'ON_LIST') return { check, ...common, ...parseList(given, at, rules) }
  if (check === 'DECISION_SERVICE') return { check, ...common, url: parseUrl(given, at, rules) }
  if (check === 'TERMS_ACCEPTED') return { check, ...common, text: parseTerms(given, at) }
  return { check, ...common }
}

function parseMarks({ trustMarkTypes, requiresAll }: PipelineCheckInput, at: number) {
  const types = [...new Set(trustMarkTypes ?? [])]
  const path = ['checks', at, 'trustMarkTypes'] as const
  if (types.length === 0) throw new InvalidInputError('Name at least one type.', ...path)
  if (types.length > MAXIMUM_TYPES)
    throw new InvalidInputError(`At most ${MAXIMUM_TYPES} types are allowed.`, ...path)
  return { trustMarkTypes: types, requiresAll: requiresAll ?? true }
}

function parseList(given: PipelineCheckInput, at: number, { allowHttp }: Rules) {
  const { entityIds = [], tags = [] } = { entityIds: given.entityIds ?? [], tags: given.tags ?? [] }
  if (entityIds.length === 0 && tags.length === 0)
    throw new InvalidInputError(
      'List at least one entity, or one tag of organizations.',
      'checks',
      at,
      'entityIds',
    )
  if (entityIds.length > MAXIMUM_ENTITIES)
    throw new InvalidInputError(
      `At most ${MAXIMUM_ENTITIES} entities are allowed.`,
      'checks',
      at,
      'entityIds',
    )
  const parsed = entityIds.map((id, row) =>
    inCheck(at, () => parseField('entityIds', () => parseEntityId(id.trim(), { allowHttp })), row),
  )
  return { entityIds: [...new Set(parsed)], tags: inCheck(at, () => parseTags(tags)) }
}

const parseUrl = ({ url }: PipelineCheckInput, at: number, rules: Rules): string =>
  parseTargetUrl(url?.trim() ?? '', rules, 'checks', at, 'url').href

function parseTerms({ text }: PipelineCheckInput, at: number): string {
  const terms = text?.trim() ?? ''
  if (terms === '') throw new InvalidInputError('Write the terms.', 'checks', at, 'text')
  if (terms.length <= MAXIMUM_TERMS) return terms
  const message = `The terms have ${terms.length} characters. At most ${MAXIMUM_TERMS} are allowed.`
  throw new InvalidInputError(message, 'checks', at, 'text')
}

/** @throws InvalidInputError with the path in the whole input */
function inCheck<Result>(at: number, parse: () => Result, row?: number): Result {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    const [name, ...rest] = error.path ?? []
    const place = row === undefined ? rest : [row, ...rest]
    throw new InvalidInputError(error.message, 'checks', at, ...(name === undefined ? [] : [name]), ...place)
  }
}
