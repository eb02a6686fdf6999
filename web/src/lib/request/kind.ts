/** Describes the kinds of a request: a noun, and what an organization asks in one sentence. */
import { shortEntityId } from '#lib/format.ts'
import type { RequestKind } from '#lib/gql/graphql.ts'
import { isRecord } from '#lib/json/json.ts'

interface Asked {
  kind: RequestKind
  entityId: string
  organizationName: string | null
  changes: unknown
}

export const requestKinds: Readonly<Record<RequestKind, { label: string }>> = {
  REGISTER: { label: 'Registration' },
  CHANGE: { label: 'Change' },
  TRUST_MARK: { label: 'Trust Mark' },
  WITHDRAW: { label: 'Withdrawal' },
}

const recorded = [
  ['jwks', 'keys'],
  ['metadata', 'metadata'],
] as const

/** The recorded values that a request names. */
export const changedInWords = (changes: unknown) =>
  recorded
    .filter(([name]) => isRecord(changes) && name in changes)
    .map(([, word]) => word)
    .join(' and ')

const sentences: Readonly<Record<RequestKind, (asked: Asked) => string>> = {
  REGISTER: ({ entityId }) => `asks to register ${entityId}.`,
  CHANGE: ({ entityId, changes }) =>
    `asks to change the ${changedInWords(changes)} that are recorded for ${entityId}.`,
  TRUST_MARK: ({ entityId }) => `asks for a Trust Mark for ${entityId}.`,
  WITHDRAW: ({ entityId }) => `asks to remove ${entityId} from the federation.`,
}

/** Software asks through an endpoint of the federation server, for an entity of no organization. */
export const askerInWords = ({ organizationName }: Pick<Asked, 'organizationName'>) =>
  organizationName ?? 'Software without an account'

/** `Lund University asks to register https://rp.lu.example.` */
export const requestInWords = (asked: Asked) => `${askerInWords(asked)} ${sentences[asked.kind](asked)}`

/** Who else asks to register the entity; undefined: no one. */
export function competingInWords(competing: readonly Pick<Asked, 'organizationName'>[]): string | undefined {
  const [first, ...others] = competing
  if (!first) return undefined
  return others.length === 0
    ? `${askerInWords(first)} asks for it too`
    : `${competing.length} others ask for it too`
}

/** `Registration of rp.lu.example`, as the title of its page. */
export const requestTitle = ({
  kind,
  entityId,
  entityName,
}: Pick<Asked, 'kind' | 'entityId'> & { entityName?: string | null }) =>
  `${requestKinds[kind].label} ${kind === 'TRUST_MARK' ? 'for' : 'of'} ${entityName ?? shortEntityId(entityId)}`

/** What an approval did. */
export const approvedInWords: Readonly<Record<RequestKind, string>> = {
  REGISTER: 'The entity was registered.',
  CHANGE: 'The change was recorded.',
  TRUST_MARK: 'The Trust Mark was issued.',
  WITHDRAW: 'The entity was removed.',
}
