/** The configuration files of a conversion. What a file has no field for is a comment beside it. */
import { API_VERSION, type FileDocument } from '#server/as-code/document.ts'
import type { ConvertedFile } from '#server/convert/files.ts'
import type { Conversion, Pending } from '#server/convert/saml/convert.ts'
import { shorten } from '#server/convert/saml/text.ts'
import type { Section } from '#server/plan/section.ts'

type About = { anchor: string; source: string }

export function filesOf(
  conversion: Conversion,
  { anchor, source }: About,
): [ConvertedFile, ...ConvertedFile[]] {
  const { organizations, trustMarkTypes, pending, skipped, unmapped } = conversion
  const head = [`Made by "inmor convert saml" of ${source}. A further conversion replaces this file.`]
  const document = (section: Section, list: FileDocument[Section]): FileDocument => ({
    apiVersion: API_VERSION,
    anchor,
    [section]: list,
  })
  const described = new Map(pending.map((each) => [each.entityId, each]))
  return [
    { name: 'organizations.yaml', document: document('organizations', organizations), head, tail: [] },
    {
      name: 'trust-mark-types.yaml',
      document: document('trustMarkTypes', trustMarkTypes),
      head,
      tail: withTitle(
        'These values have no row in the mapping table, so no type is proposed for them:',
        unmapped.map(({ attribute, value }) => `${attribute} ${value}`),
      ),
    },
    {
      name: 'awaited-members.yaml',
      document: document(
        'awaitedMembers',
        pending.map(({ entityId }) => ({ entityId })),
      ),
      head,
      notesOf: ({ entityId }) => notesOf(described.get(String(entityId))),
      tail: withTitle(
        'These entities are skipped:',
        skipped.map(({ entityId, reason }) => `${shorten(entityId, 300)}: ${reason}`),
      ),
    },
  ]
}

const withTitle = (title: string, lines: readonly string[]) => (lines.length > 0 ? [title, ...lines] : [])

function notesOf(entity: Pending | undefined): string[] {
  if (!entity) return []
  const { displayName, organization, tags, trustMarkTypes, samlEntityId } = entity
  const names = [...new Set([displayName, organization])].filter((name) => name !== null)
  const facts = [names.map((name) => shorten(name, 100)).join(', '), tags.join(', ')].filter(
    (text) => text !== '',
  )
  return [
    ...(facts.length > 0 ? [facts.join('; ')] : []),
    ...(samlEntityId === undefined ? [] : [`entityID: ${shorten(samlEntityId, 300)}`]),
    ...trustMarkTypes.map((type) => `Trust Mark type: ${type}`),
  ]
}
