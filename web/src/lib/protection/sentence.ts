/** What an approval asks for, as one sentence with what it is about. */

import { plural } from '#lib/format.ts'
import type { ApprovalDetailsFragment } from '#lib/gql/graphql.ts'
import { isRecord } from '#lib/json/json.ts'
import { subordinateActions } from '#lib/subordinate/action.ts'
import { fieldsOf } from './effect.ts'
import { taskInWords } from './task.ts'

type Asked = Pick<ApprovalDetailsFragment, 'action' | 'resource' | 'effect' | 'after'>

/** The title of the page. Where the words need no more, the task and what it is about. */
export function sentenceOf(asked: Asked): string {
  const { action, resource, effect } = asked
  const after = (name: string) => fieldsOf(effect)[name]?.after
  switch (action) {
    case 'EXECUTE_DRY_RUN':
      return runInWords(after('kind'), after('parameters'), after('total'))
    case 'APPLY_PLAN':
    case 'APPLY_CONFIGURATION':
      return `${taskInWords(action)}: ${plural(Number(after('total') ?? 0), 'object')}`
    case 'CREATE_USER':
      return `Create the user ${resource}${roleInWords(after('role'))}`
    case 'UPDATE_USER':
      return `Change the user ${resource}${roleInWords(after('role'))}`
    case 'SWITCH_SIGNING_KEY':
      return after('overrideReason') ? 'Switch the signing key before it is safe' : taskInWords(action)
    default:
      return resource && !ofAnchor.includes(action)
        ? `${taskInWords(action)}: ${nameIn(asked.after) ?? resource}`
        : taskInWords(action)
  }
}

/** The name that the entity declares; the page shows its identifier below the title. */
function nameIn(after: unknown): string | undefined {
  const { displayName } = isRecord(after) ? after : {}
  return typeof displayName === 'string' && displayName !== '' ? displayName : undefined
}

/** What they are about is the anchor, which the page names. */
const ofAnchor: readonly string[] = [
  'UPDATE_FEDERATION_POLICY',
  'UPDATE_TRUST_ANCHOR',
  'SCHEDULE_ROLLOVER',
  'ANNOUNCE_SIGNING_KEY',
]

const roleInWords = (role: unknown): string => (typeof role === 'string' ? `, with the role ${role}` : '')

function runInWords(kind: unknown, parameters: unknown, total: unknown): string {
  const many = typeof total === 'number' ? total : 0
  const { action, source } = isRecord(parameters) ? parameters : {}
  if (source === 'list') return `Register ${plural(many, 'subordinate')}`
  if (source === 'requests' || kind === 'REQUEST_APPROVAL') return `Approve ${plural(many, 'request')}`
  if (source === 'promotion') return `Register ${plural(many, 'object')} of another anchor`
  const words = Object.entries(subordinateActions).find(([name]) => name === action)?.[1]
  return `${words?.label ?? 'Change'}: ${plural(many, 'object')}`
}
