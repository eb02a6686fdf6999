import { expect, test } from 'vitest'
import { concerns, everyTopic, topicsOf } from '#lib/change.ts'
import { topic } from '#lib/topic.ts'

const entry = (resourceType: string, resource = '1') =>
  ({ about: 'AUDIT_EVENT', auditEvent: { resourceType, resource } }) as const

test.each([
  [{ about: 'SUBORDINATE', auditEvent: null } as const, [topic.subordinates, topic.status]],
  [{ about: 'RUN', auditEvent: null } as const, [topic.runs, topic.schedules]],
  [entry('Subordinate'), [topic.audit, topic.subordinates, topic.status]],
  [entry('Organization'), [topic.audit, topic.organizations]],
  [entry('TrustMark'), [topic.audit, topic.trustMarks, topic.status]],
  [entry('TrustMarkType'), [topic.audit, topic.trustMarks, topic.status]],
  [entry('TrustAnchor'), [topic.audit, topic.trustAnchor, topic.status]],
  [entry('SigningKey'), [topic.audit, topic.signingKeys, topic.trustAnchor]],
  [entry('ApiKey'), [topic.audit, topic.apiKeys]],
  [entry('Session'), [topic.audit, topic.account]],
  [entry('RenewalRun'), [topic.audit, topic.runs]],
  [entry('Schedule'), [topic.audit, topic.schedules]],
  [entry('User', 'anna'), [topic.audit, topic.users, topic.people, topic.account]],
  [entry('Webhook'), [topic.audit, topic.webhooks, topic.status]],
  [entry('Mail'), [topic.audit, topic.mails]],
  [entry('ChangeRequest'), [topic.audit, topic.changeRequests, topic.status]],
  [entry('Protection'), [topic.audit, topic.protection]],
  [entry('SomethingNew'), [topic.audit]],
])('%j', (change, topics) => {
  expect(topicsOf(change)).toEqual(topics)
})

test('loads everything again after a gap, except the viewer, which could close a form', () => {
  const { viewer, ...others } = topic
  expect(everyTopic).not.toContain(viewer)
  expect(everyTopic.toSorted()).toEqual(Object.values(others).toSorted())
})

test('distinguishes changes of the own account from those of others', () => {
  expect(concerns(entry('User', 'olga'), 'olga')).toBe(true)
  expect(concerns(entry('User', 'otto'), 'olga')).toBe(false)
  expect(concerns(entry('ApiKey', 'olga'), 'olga')).toBe(false)
})
