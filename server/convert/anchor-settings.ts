/** Finds the settings of an anchor in its Entity Configuration, and the whole hours for which it signs. */
import { hourSettings } from '#core/defaults.ts'
import {
  type EndpointAuthMethods,
  endpointNames,
  endpoints,
  getAuthMethodsParameter,
  getEndpointParameter,
  isEndpointParameter,
  optionalEndpoints,
} from '#core/endpoint.ts'
import type { EntityStatementClaims } from '#core/entity-statement/index.ts'
import { countDistinct } from '#server/convert/sorted.ts'
import { federationEntity, foreignIssuers } from '#server/import/setting.ts'
import type { Fields } from '#server/plan/section.ts'
import { validityOf } from '#server/publish/spread.ts'

/** Those of the API. `ownTypes`: the Trust Mark types that the anchor issues, which have their owners themselves. */
export function settingsOf(claims: EntityStatementClaims, ownTypes: ReadonlySet<string>): Fields {
  const { organization_name: organizationName = null, ...entity } = federationEntity(claims.metadata)
  const owners = Object.entries(claims.trust_mark_owners ?? {})
  return {
    organizationName,
    organization: Object.fromEntries(Object.entries(entity).filter(([name]) => !isEndpointParameter(name))),
    endpoints: optionalEndpoints.filter((name) => getEndpointParameter(name) in entity).map(nameInApi),
    endpointAuthMethods: authMethodsOf(entity),
    authorityHints: claims.authority_hints ?? [],
    trustAnchorHints: claims.trust_anchor_hints ?? [],
    trustMarkIssuers: foreignIssuers(claims.trust_mark_issuers ?? {}, claims.sub, ownTypes),
    trustMarkOwners: Object.fromEntries(owners.filter(([type]) => !ownTypes.has(type))),
    entityConfigurationHours: toHours(claims.exp - claims.iat),
  }
}

/** The value of the enum. */
const nameInApi = (name: string) => name.toUpperCase()

/** Methods that are not known, and endpoints that have none to choose, are left out. */
function authMethodsOf(entity: Fields): EndpointAuthMethods {
  const isKnown = (method: unknown) => method === 'none' || method === 'private_key_jwt'
  const found = endpointNames.flatMap((name) => {
    const methods = entity[getAuthMethodsParameter(name)]
    const known = Array.isArray(methods) ? methods.filter(isKnown) : []
    const isDefault = known.length === 0 || (known.length === 1 && known[0] === 'none')
    return isDefault || endpoints[name].takesSignedBody ? [] : [[name, known] as const]
  })
  return Object.fromEntries(found)
}

const HOUR = 3600

/** `life` in seconds; null: something else than the setting ends it. */
type Lived = { sub: string; life: number | null }

export type Hours = {
  /** The most frequent hours; null: no life is known. */
  usual: number | null
  /** Those of one JWT; null: they are not known. */
  hoursOf(lived: Lived): number | null
}

/** Our anchors end what they sign up to a tenth earlier, by the subject. The same seconds for most are not spread. */
export function findHours(all: readonly Lived[]): Hours {
  const lives = all.flatMap(({ life }) => (life === null ? [] : [{ value: life }]))
  const [most] = countDistinct(lives)
  const isSpread = !most || most.count < 2 || most.count * 2 <= lives.length
  const hoursOf = ({ sub, life }: Lived) => {
    if (life === null) return null
    return isSpread ? validityOf(sub, life) : toHours(life)
  }
  const hours = all.flatMap((each) => ({ value: hoursOf(each) }))
  const known = hours.flatMap(({ value }) => (value === null ? [] : [{ value }]))
  return { usual: countDistinct(known)[0]?.value ?? null, hoursOf }
}

/** At least one, and at most what a setting takes. */
export function toHours(life: number): number {
  const { minimum, maximum } = hourSettings.statementHours
  return Math.min(maximum, Math.max(minimum, Math.round(life / HOUR)))
}
