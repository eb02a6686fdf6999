/** Describes the approval of many requests. */
import { plural } from '#lib/format.ts'
import type { RequestKind } from '#lib/gql/graphql.ts'

const effects: Readonly<Record<RequestKind, (number: number) => string>> = {
  REGISTER: (number) => `registers ${plural(number, 'entity', 'entities')}`,
  CHANGE: (number) => `records ${plural(number, 'change')}`,
  TRUST_MARK: (number) => `issues ${plural(number, 'Trust Mark')}`,
  WITHDRAW: (number) => `removes ${plural(number, 'entity', 'entities')} from the federation`,
}

const list = new Intl.ListFormat('en-GB')

/** `If every check passes, the approval registers 2 entities and issues 1 Trust Mark.` */
export function approvalInWords(requests: readonly { kind: RequestKind }[]): string {
  const kinds = Object.keys(effects) as RequestKind[] // the table's keys
  const parts = kinds.flatMap((kind) => {
    const number = requests.filter((request) => request.kind === kind).length
    return number > 0 ? [effects[kind](number)] : []
  })
  return `If every check passes, the approval ${list.format(parts)}.${removes(requests) ? ' A removal cannot be undone.' : ''}`
}

/** Whether an entity is removed. */
export const removes = (requests: readonly { kind: RequestKind }[]) =>
  requests.some(({ kind }) => kind === 'WITHDRAW')
