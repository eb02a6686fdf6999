/** What happened in a week, for the operators of an anchor. */
import { type Block, layOut, type Message, plural } from '#server/mail/layout.ts'

type Named = {
  count: number
  /** The first of them. */
  named: readonly string[]
}

export type DigestFacts = {
  /** Registered in the last seven days. */
  newMembers: Named
  /** Members with a problem. */
  problems: Named
  /** Requests that wait for an operator. */
  openRequests: number
  /** Trust Marks that expire within seven days and are not renewed automatically. */
  expiringMarks: number
}

export type Digest = DigestFacts & { anchor: string; link: string; accountUrl: string }

export function digest({ anchor, link, accountUrl, ...facts }: Digest): Message {
  const { newMembers, problems, openRequests, expiringMarks } = facts
  return layOut({
    subject: `The week at ${anchor}: ${plural(problems.count, 'problem')}, ${plural(openRequests, 'open request')}`,
    blocks: [
      `This is the week at ${anchor}.`,
      {
        facts: [
          ['New members', String(newMembers.count)],
          ['Members with a problem', String(problems.count)],
          ['Requests that wait for you', String(openRequests)],
          ['Trust Marks that expire within 7 days', String(expiringMarks)],
        ],
      },
      ...listed('New members', newMembers),
      ...listed('Members with a problem', problems),
      { link, label: 'Open the console' },
    ],
    footer: [
      `You receive this because you are an operator of ${anchor}. It is sent on Mondays.`,
      `To stop these messages, turn them off in your account: ${accountUrl}`,
    ],
  })
}

function listed(title: string, { count, named }: Named): Block[] {
  if (count === 0) return []
  const more = count > named.length ? [`and ${count - named.length} more`] : []
  return [`${title}:`, { list: [...named, ...more] }]
}
