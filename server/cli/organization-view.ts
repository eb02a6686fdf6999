/** An organization as commands print it. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { lineOf } from '#server/cli/output.ts'
import { wordOf } from '#server/cli/word.ts'

/** What to read. */
export const organizationView = {
  omit: { tagKeys: true },
  include: {
    contacts: {
      select: { role: true, email: true, name: true },
      orderBy: [{ role: 'asc' as const }, { email: 'asc' as const }],
    },
    anchors: { select: { anchorSlug: true }, orderBy: { anchorSlug: 'asc' as const } },
    _count: { select: { subordinates: true } },
  },
} satisfies Prisma.OrganizationDefaultArgs

type Row = Prisma.OrganizationGetPayload<typeof organizationView>

export function describeOrganization({ _count, anchors, ...row }: Row) {
  const value = {
    ...row,
    anchors: anchors.map(({ anchorSlug }) => anchorSlug),
    /** In the anchor that was asked. */
    members: _count.subordinates,
  }
  return { value, text: describe(value) }
}

function describe(organization: Omit<Row, '_count' | 'anchors'> & { anchors: string[]; members: number }) {
  const { id, name, identifier, identifierScheme, country, active, contacts, homeSlug } = organization
  const { anchors, members, note, tags, version } = organization
  const field = (title: string, value: string | null) => (value ? [`${title}: ${value}`] : [])
  return [
    `Organization ${id}: ${name}`,
    ...field('Identifier', identifier && `${identifier} (${identifierScheme})`),
    ...field('Country', country),
    `State: ${active ? 'active' : 'inactive'}`,
    `Anchors: ${anchors.join(', ')}`,
    `Members in this anchor: ${members}`,
    `Home: ${homeSlug}`,
    ...field('Tags', tags.join(', ')),
    ...field('Note', note),
    `Version: ${version}`,
    ...contacts.map((contact) =>
      lineOf(`Contact: ${wordOf(contact.role)}`, contact.email, ...(contact.name ? [contact.name] : [])),
    ),
  ].join('\n')
}
