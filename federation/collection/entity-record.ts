/** Describes a crawled entity: its types and its display information (§5.2.2). */
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { getMember } from '#core/json.ts'
import type { CollectionRecord, CollectionTrustMark, UiInfo } from '#store/collection-record.ts'
import { uiClaims } from '#store/ui-claim.ts'

/** An entity can claim any number of types, and each becomes a key in Redis. */
const MAX_TYPES = 32
const MAX_TYPE_LENGTH = 256

/** Characters of one parameter as JSON. A longer one, such as a logo as a data URL, is omitted. */
const MAX_VALUE_LENGTH = 4096

/** Parameters per Entity Type, including language variants. */
const MAX_MEMBERS = 100

/** Type-specific parameters for the display name. */
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
  const fallback = getMember(displayNameFallback, type)
  return fallback === undefined ? info : { ...readDisplayNames(fallback, parameters), ...info }
}

/** Reads display names in all languages from the type-specific parameter. */
function readDisplayNames(fallback: string, parameters: Readonly<Record<string, unknown>>): UiInfo {
  const names = Object.entries(parameters).flatMap(([name, value]) => {
    const [plain, tag] = name.split('#', 2)
    const displayName = tag === undefined ? 'display_name' : `display_name#${tag}`
    return plain === fallback && isInformational(displayName, value) ? [[displayName, value] as const] : []
  })
  return Object.fromEntries(names.slice(0, MAX_MEMBERS))
}

/** The name may have a language tag after `#` (§5.2.2). */
function isInformational(name: string, value: unknown): boolean {
  const isValid = getMember(uiClaims, name.split('#', 1)[0] ?? '')
  if (!isValid?.(value)) return false
  return JSON.stringify(value).length <= MAX_VALUE_LENGTH
}
