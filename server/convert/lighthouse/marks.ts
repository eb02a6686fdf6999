/** Reads the Trust Marks that lighthouse issues: its specifications of types, and their subjects. */
import type { z } from 'zod'
import { removeProtected } from '#core/additional-claims.ts'
import { parseEntityId } from '#core/entity-id.ts'
import type { EntityStatementClaims } from '#core/entity-statement/index.ts'
import { getMember } from '#core/json.ts'
import { trustMarkProtectedClaims } from '#core/trust-mark/index.ts'
import { toHours } from '#server/convert/anchor-settings.ts'
import type { Failures } from '#server/convert/failures.ts'
import { type AdminApi, answers, claimsOf, parseAnswer } from '#server/convert/lighthouse/admin-api.ts'
import type { Source, SourceMark } from '#server/convert/source.ts'

type Spec = NonNullable<z.output<typeof answers.specs>>[number]
type Subject = NonNullable<z.output<typeof answers.subjects>>[number]
type Context = { api: AdminApi; failures: Failures; configuration: EntityStatementClaims }

const SPECS = '/trust-marks/issuance-spec'

/** @throws BadSourceError, FetchError */
export async function readMarks(context: Context): Promise<Pick<Source, 'types' | 'marks' | 'notes'>> {
  const { api, configuration } = context
  const specs = parseAnswer(answers.specs, await api.find(SPECS), api.urlOf(SPECS)) ?? []
  const descriptions = await readDescriptions(api)
  const found: Pick<Source, 'types' | 'marks' | 'notes'> = { types: [], marks: [], notes: [] }
  for (const spec of specs) {
    const { trust_mark_type: type, ref = null, logo_uri: logoUri = null } = spec
    found.types.push({
      type,
      description: spec.description || descriptions.get(type) || null,
      ...validityOf(spec),
      owner: getMember(configuration.trust_mark_owners, type) ?? null,
      ref: ref || null,
      logoUri: logoUri || null,
    })
    const subjects = await readSubjects(context, spec)
    const decided = subjects.filter(({ status }) => status !== 'pending')
    found.marks.push(...decided.map((subject) => markOf(spec, subject)))
    found.notes.push(...notesOf(spec, { configuration, waiting: subjects.length - decided.length }))
  }
  return found
}

/** Of the types that the anchor recognizes. */
async function readDescriptions(api: AdminApi): Promise<Map<string, string>> {
  const path = '/trust-marks/types'
  const types = parseAnswer(answers.types, await api.find(path), api.urlOf(path)) ?? []
  return new Map(types.map(({ trust_mark_type: type, description = '' }) => [type, description]))
}

async function readSubjects({ api, failures }: Context, { id }: Spec): Promise<Subject[]> {
  const path = `${SPECS}/${encodeURIComponent(id)}/subjects`
  const url = api.urlOf(path)
  const subjects = parseAnswer(answers.subjects, await api.find(path), url) ?? []
  const valid: Subject[] = []
  for (const subject of subjects) {
    const parse = () => parseEntityId(subject.entity_id, { allowHttp: true })
    if ((await failures.attempt(url, parse)) !== undefined) valid.push(subject)
  }
  return valid
}

/** Without a lifetime, a mark of lighthouse never expires. */
const validityOf = ({ lifetime = 0 }: Spec) => (lifetime > 0 ? { validFor: toHours(lifetime) } : {})

/** The claims of a subject come before those of the specification. */
function markOf(spec: Spec, { entity_id: entityId, status, additional_claims: own }: Subject): SourceMark {
  const given = { ...claimsOf(spec.additional_claims), ...claimsOf(own) }
  const { ref: _ref, logo_uri: _logo, ...claims } = removeProtected(given, trustMarkProtectedClaims)
  return {
    entityId,
    trustMarkType: spec.trust_mark_type,
    active: status === 'active',
    ...validityOf(spec),
    additionalClaims: Object.keys(claims).length > 0 ? claims : null,
    ...(spec.delegation_jwt ? { delegation: spec.delegation_jwt } : {}),
  }
}

function notesOf(
  { trust_mark_type: type, lifetime = 0, eligibility_config: eligibility }: Spec,
  { configuration, waiting }: { configuration: EntityStatementClaims; waiting: number },
): string[] {
  const { mode = 'db_only' } = eligibility ?? {}
  const issuers = getMember(configuration.trust_mark_issuers, type)
  const isRecognized = issuers && (issuers.length === 0 || issuers.includes(configuration.sub))
  return [
    ...(lifetime > 0
      ? []
      : [`Trust Marks of ${type} never expire. In the file they have the default validity.`]),
    ...(mode === 'db_only'
      ? []
      : [
          `The checks that decide about Trust Marks of ${type} are not in the file. Write them in the section checks.`,
        ]),
    ...(isRecognized
      ? []
      : [`${type} is not among the trust_mark_issuers of the source. Here an active type always is.`]),
    ...(waiting > 0
      ? [`Requests for Trust Marks of ${type} that wait, and are not in the file: ${waiting}.`]
      : []),
  ]
}
