/** The display information of an entity (Entity Collection draft): names, descriptions and links, in all languages. */
import { entityTypeOf } from '#lib/entity/type.ts'
import { isRecord } from '#lib/json/json.ts'

export interface Claim {
  label: string
  /** A language tag of BCP 47; absent where the entity names none. */
  language?: string
  /** The value; URLs are marked, so that they become links. */
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

/** A script would be an address as well, and nothing here shall run one. */
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

/** By Entity Type, each with its claims in the order of the entity. */
export function infoOf(uiInfos: unknown): { type: string; label: string; claims: Claim[] }[] {
  if (!isRecord(uiInfos)) return []
  return Object.entries(uiInfos).map(([type, info]) => ({
    type,
    label: entityTypeOf(type).label,
    claims: isRecord(info) ? Object.entries(info).map(([name, value]) => claim(name, value)) : [],
  }))
}
