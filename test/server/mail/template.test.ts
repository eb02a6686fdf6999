/** Tests the texts of e-mails: each says why it was sent and how to stop it, and what others wrote stays text. */
import { describe, expect, it } from 'vitest'
import type { Message } from '#server/mail/layout.ts'
import type { Reader } from '#server/mail/reader.ts'
import { memberInvitation, userInvitation } from '#server/mail/templates/invitation.ts'
import {
  configurationExpires,
  memberDoesNotResolve,
  requestChanged,
  signingKeyChanged,
  trustMarkExpires,
  trustMarkRevoked,
} from '#server/mail/templates/member.ts'
import { digest } from '#server/mail/templates/operator.ts'

/** In every text that an operator, a member or an entity writes. */
const EVIL = '<img src=x onerror="alert(1)">\r\nBcc: evil@example.org'
const ESCAPED = '&lt;img src=x onerror=&quot;alert(1)&quot;&gt;'
const entityId = 'https://rp.example.org/?a=1&b="2"'
const at = new Date('2026-12-01T06:00:30Z')
const link = 'https://console.example.org/portal/request?id=UmVxdWVzdDox'
const person: Reader = {
  kind: 'person',
  organization: EVIL,
  accountUrl: 'https://console.example.org/portal/account',
}
const contact: Reader = { kind: 'contact', organization: EVIL, anchor: 'Example' }
const entity = { anchor: EVIL, entityId, reader: contact }
const invitation = {
  invitedBy: EVIL,
  organizations: [EVIL],
  federations: [EVIL, 'Example'],
  link: 'https://console.example.org/invitation#token',
  expiresAt: at,
  username: 'anna@lu.example',
}
const request = { ...entity, kind: 'REGISTER', link, reader: person } as const

const messages: Record<string, { message: Message; stop: string }> = {
  'a person’s invitation': {
    message: memberInvitation({ ...invitation, isOperator: false }),
    stop: 'There is nothing to stop',
  },
  'a user’s invitation': {
    message: userInvitation({ ...invitation, isOperator: true, host: 'console.example.org' }),
    stop: 'There is nothing to stop',
  },
  'an approved request': {
    message: requestChanged({ ...request, step: 'APPROVED', text: EVIL }),
    stop: 'https://console.example.org/portal/account',
  },
  'an expiring configuration': {
    message: configurationExpires({ ...entity, expiresAt: at, days: 1 }),
    stop: 'ask the operators of Example',
  },
  'a member that does not resolve': {
    message: memberDoesNotResolve({ ...entity, code: 'METADATA_POLICY', reason: EVIL, since: at }),
    stop: 'ask the operators of Example',
  },
  'an expiring mark': {
    message: trustMarkExpires({ ...entity, trustMarkType: EVIL, expiresAt: at, days: 30 }),
    stop: 'ask the operators of Example',
  },
  'a revoked mark': {
    message: trustMarkRevoked({ ...entity, trustMarkType: EVIL, revokedAt: at }),
    stop: 'ask the operators of Example',
  },
  'a digest': {
    message: digest({
      anchor: EVIL,
      newMembers: { count: 12, named: [entityId, EVIL] },
      problems: { count: 1, named: [`${entityId}: ${EVIL}`] },
      openRequests: 2,
      expiringMarks: 0,
      link,
      lastEntry: '7:abc',
      accountUrl: 'https://console.example.org/account',
    }),
    stop: 'https://console.example.org/account',
  },
  'an announced key': {
    message: signingKeyChanged({ ...entity, kid: 'k1', alg: 'ES256', change: 'ANNOUNCED', at }),
    stop: 'ask the operators of Example',
  },
}

describe.each(Object.entries(messages))('%s', (_name, { message: { subject, text, html }, stop }) => {
  it('says why it was sent and how to stop it', () => {
    const [, footer = ''] = text.split('\n-- \n')
    expect(footer).toMatch(/^You receive this because /)
    expect(footer).toContain(stop)
    expect(html).toContain('You receive this because ')
  })

  it('has nothing of others as HTML, and one line as the subject', () => {
    expect(subject).not.toMatch(/[\r\n]/)
    expect(subject.length).toBeLessThanOrEqual(150)
    expect(html).not.toContain('<img')
    expect(html).not.toContain('&b="2"')
    expect(text).not.toMatch(/^Bcc:/m)
    expect(html.match(/<a href="[^"]*"/g) ?? []).toSatisfy((links: string[]) =>
      links.every((each) => each.startsWith('<a href="https://console.example.org/')),
    )
  })
})

it('what others wrote is shown as they wrote it', () => {
  expect(messages['an approved request']?.message.text).toContain(
    '> <img src=x onerror="alert(1)">\n> Bcc: evil@example.org',
  )
  expect(messages['an approved request']?.message.html).toContain(ESCAPED)
})

it('times are in UTC', () => {
  expect(messages['a user’s invitation']?.message.text).toContain('until 2026-12-01 06:00 UTC')
})

it.each([
  ['APPROVED', 'Approved: request to register'],
  ['REFUSED', 'Refused: request to register'],
  ['RETURNED', 'Your answer is needed: request to register'],
  ['COMMENTED', 'New comment: request to register'],
] as const)('a step %s has the subject "%s …"', (step, subject) => {
  expect(requestChanged({ ...request, step, text: null }).subject).toContain(subject)
})
