/** What a plan changes, in the form from which its effect on members is computed. */
import type { Step } from '#server/plan/step.ts'
import type { PlannedMember, PlannedState, PlannedType } from '#server/services/effect/planned-state.ts'
import { publishedOfSubordinate } from '#server/services/protection/published-fields.ts'

/** Of a Subordinate Statement. Another published field only has it signed again. */
const terms = [
  'active',
  'jwks',
  'forcedMetadata',
  'metadataPolicy',
  'constraints',
  'additionalClaims',
  'requiredTrustMarks',
]

export function plannedStateOf(steps: readonly Step[]): PlannedState {
  const of = (section: Step['section']) => steps.filter((step) => step.section === section)
  return {
    settings: Object.assign({}, ...[...of('settings'), ...of('metadataPolicy')].map(settingsOf)),
    members: new Map(of('members').flatMap(memberOf)),
    newMembers: of('members').flatMap(({ verb, key }) => (verb === 'CREATE' ? [key] : [])),
    marks: {
      types: new Map(of('trustMarkTypes').flatMap(typeOf)),
      ended: of('trustMarks').flatMap(endOf),
      kept: new Set(of('members').flatMap(({ key, fields }) => (fields.revokesMarks === false ? [key] : []))),
    },
  }
}

/** Its own marks are JWTs in a file. They change no member. */
function settingsOf({ fields: { trustMarks: _, ...settings } }: Step) {
  return settings
}

function memberOf({ verb, key, fields }: Step): [string, PlannedMember][] {
  if (verb === 'CREATE') return []
  if (verb === 'REMOVE') return [[key, { after: null }]]
  const names = Object.keys(fields)
  if (!names.some((name) => publishedOfSubordinate.includes(name))) return []
  const after = Object.fromEntries(
    terms.filter((name) => names.includes(name)).map((name) => [name, fields[name]]),
  )
  return [[key, { after }]]
}

function typeOf({ verb, key, fields }: Step): [string, PlannedType][] {
  if (verb === 'CREATE') return []
  if (verb === 'REMOVE') return [[key, { after: null }]]
  const names = ['active', 'owner'].filter((name) => name in fields)
  return names.length > 0
    ? [[key, { after: Object.fromEntries(names.map((name) => [name, fields[name]])) }]]
    : []
}

function endOf({ verb, key, fields }: Step) {
  const [trustMarkType = '', entityId = ''] = key.split(' ')
  const ends = verb === 'REMOVE' || (verb === 'CHANGE' && fields.active === false)
  return ends ? [{ trustMarkType, entityId }] : []
}
