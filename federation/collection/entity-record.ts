/** What is kept of an entity that a walk found: its types, and what a person may be shown of it (§5.2.2). */
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { member } from '#core/json.ts'
import type { CollectionRecord, CollectionTrustMark, UiInfo } from '#store/collection-record.ts'
import { uiClaims } from '#store/ui-claim.ts'

/** An entity can give itself any number of types, and each becomes a key in Redis. */
const MAX_TYPES = 32
const MAX_TYPE_LENGTH = 256

/** Characters of one parameter as JSON; a longer one, such as a logo as a data URL, is left out. */
const MAX_VALUE_LENGTH = 4096

/** Members of one Entity Type, language variants included. */
const MAX_MEMBERS = 100

/** Where a type has its own parameter for the name that a person is shown. */
const displayNameFallback: Readonly<Record<string, string>> = {
  openid_relying_party: 'client_name',
  oauth_client: 'client_name',
  oauth_resource: 'resource_name',
}

export function describeEntity(
  { claims }: EntityStatement,
  trustMarks: CollectionTrustMark[],
): CollectionRecord {
  const metadata = claims.metadata ?? {}
  const types = Object.keys(metadata)
    .filter((type) => type.length <= MAX_TYPE_LENGTH)
    .slice(0, MAX_TYPES)
  const infos = types.map((type) => [type, describeRole(type, metadata[type] ?? {})] as const)
  return {
    entity_id: claims.sub,
    entity_types: types,
    ui_infos: Object.fromEntries(infos.filter(([, info]) => Object.keys(info).length > 0)),
    trust_marks: trustMarks,
  }
}

function describeRole(type: string, parameters: Readonly<Record<string, unknown>>): UiInfo {
  const info: UiInfo = {}
  for (const [name, value] of Object.entries(parameters)) {
    if (Object.keys(info).length >= MAX_MEMBERS) break
    if (isInformational(name, value)) info[name] = value
  }
  const fallback = member(displayNameFallback, type)
  return fallback === undefined ? info : { ...displayNames(fallback, parameters), ...info }
}

/** In every language in which the type's own parameter gives the name. */
function displayNames(fallback: string, parameters: Readonly<Record<string, unknown>>): UiInfo {
  const names = Object.entries(parameters).flatMap(([name, value]) => {
    const [plain, tag] = name.split('#', 2)
    const displayName = tag === undefined ? 'display_name' : `display_name#${tag}`
    return plain === fallback && isInformational(displayName, value) ? [[displayName, value] as const] : []
  })
  return Object.fromEntries(names.slice(0, MAX_MEMBERS))
}

/** A language tag follows the name behind `#` (§5.2.2). */
function isInformational(name: string, value: unknown): boolean {
  const isShowable = member(uiClaims, name.split('#', 1)[0] ?? '')
  if (!isShowable?.(value)) return false
  return JSON.stringify(value).length <= MAX_VALUE_LENGTH
}
