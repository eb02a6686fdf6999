/** The conditions of lists of organizations. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { tagCondition, tagKey } from '#server/services/annotation.ts'
import { containing, searchWords } from '#server/services/search.ts'

export type OrganizationFilter = {
  /** Words, each a part of the name, the identifier, a contact or the note, or a tag. */
  search?: string | null | undefined
  active?: boolean | null | undefined
  /** Of ISO 3166-1, two letters. */
  country?: string | null | undefined
  tags?: readonly string[] | null | undefined
}

/** Absent conditions are ignored. @throws InvalidInputError for a search or a list of tags that is too long */
export function organizationCondition(filter: OrganizationFilter): Prisma.OrganizationWhereInput {
  const { search, active, country, tags } = filter
  const and = searchWords(search).map(whereWord)
  if (typeof active === 'boolean') and.push({ active })
  if (country) and.push({ country: country.toUpperCase() })
  if (tags?.length) and.push(tagCondition(tags))
  return { AND: and }
}

function whereWord(word: string): Prisma.OrganizationWhereInput {
  const contains = containing(word)
  return {
    OR: [
      { name: contains },
      { identifier: contains },
      { note: contains },
      { contacts: { some: { OR: [{ name: contains }, { email: contains }] } } },
      { tagKeys: { has: tagKey(word) } },
    ],
  }
}
