/** The e-mails to operators. */
import { type Block, layOut, type Message, plural, timeInUtc } from '#server/mail/layout.ts'

type AlertRaised = {
  code: string
  severity: 'CRITICAL' | 'WARNING'
  message: string
  since: Date
  anchor: string
  link: string
  /** The newest entry of the audit log, as `<number>:<hash>`. */
  lastEntry: string
  /** Where its reader turns such messages off; null: they cannot be turned off. */
  stopUrl: string | null
}

/** An alert has begun, for those who can end it. */
export const alertRaised = ({
  code,
  severity,
  message,
  since,
  anchor,
  link,
  lastEntry,
  stopUrl,
}: AlertRaised): Message =>
  layOut({
    subject: `${severity === 'CRITICAL' ? 'Critical' : 'Warning'} at ${anchor}: ${code}`,
    blocks: [
      message,
      {
        facts: [
          ['Federation', anchor],
          ['Since', timeInUtc(since)],
          ['Newest audit entry', lastEntry],
        ],
      },
      { link, label: 'Open the console' },
    ],
    footer: stopUrl
      ? [
          `You receive this because you chose messages about alerts at ${anchor}, or have not turned them off.`,
          `To stop these messages, turn them off in your account: ${stopUrl}`,
        ]
      : [
          'You receive this because you are an administrator.',
          'Each administrator learns of a change without a second person. These messages cannot be turned off.',
        ],
  })

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

/** `lastEntry`: the newest one of the audit log, as `<number>:<hash>`. */
type Digest = DigestFacts & { anchor: string; link: string; lastEntry: string; accountUrl: string }

/** What happened in a week, for the operators of an anchor. */
export function digest({ anchor, link, lastEntry, accountUrl, ...facts }: Digest): Message {
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
          ['Newest audit entry', lastEntry],
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

type RequestsWait = {
  anchor: string
  /** The number of requests; the first ones are named. */
  count: number
  /** Each as a sentence. */
  named: readonly string[]
  link: string
  stopUrl: string
}

/** Requests wait for an operator, for those who want to know. */
export function requestsWait({ anchor, count, named, link, stopUrl }: RequestsWait): Message {
  const more = count > named.length ? [`and ${count - named.length} more`] : []
  const wait = count === 1 ? 'waits' : 'wait'
  return layOut({
    subject: `${plural(count, 'request')} ${wait} at ${anchor}`,
    blocks: [
      `${plural(count, 'request')} ${wait} for the operators of ${anchor}.`,
      { list: [...named, ...more] },
      { link, label: 'Show the requests' },
    ],
    footer: [
      `You receive this because you chose messages about requests at ${anchor}.`,
      `To stop these messages, turn them off in your account: ${stopUrl}`,
    ],
  })
}
