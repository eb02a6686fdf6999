/** The display information of an entity (Entity Collection draft): names, descriptions and links, in all languages. */
import { entityTypeOf } from '#lib/entity/type.ts'
import { isRecord } from '#lib/json/json.ts'

export interface Claim {
  label: string
  /** A language tag (BCP 47); absent if the entity gives none. */
  language?: string
  /** The value; a URL becomes a link. */
  text: string
  isAddress: boolean
}

const labels: Readonly<Record<string, string>> = {
  display_name: 'Name',
  description: 'Description',
  keywords: 'Keywords',
  logo_uri: 'Logo',
  policy_uri: 'Policy',
  information_uri: 'Information',
  organization_name: 'Organization',
  organization_uri: 'Organization’s site',
  contacts: 'Contacts',
}

/** A `javascript:` URL must not become a link. */
const isAddress = (text: string) => /^https?:\/\//.test(text) && URL.canParse(text)

function claim(name: string, value: unknown): Claim {
  const [word = name, language] = name.split('#')
  const text = Array.isArray(value)
    ? value.join(', ')
    : typeof value === 'string'
      ? value
      : JSON.stringify(value)
  return {
    label: labels[word] ?? word,
    ...(language !== undefined && { language }),
    text,
    isAddress: isAddress(text),
  }
}

/** The claims by Entity Type, in the order of the entity. */
export function infoOf(uiInfos: unknown): { type: string; label: string; claims: Claim[] }[] {
  if (!isRecord(uiInfos)) return []
  return Object.entries(uiInfos).map(([type, info]) => ({
    type,
    label: entityTypeOf(type).label,
    claims: isRecord(info) ? Object.entries(info).map(([name, value]) => claim(name, value)) : [],
  }))
}
