import { expect, test } from 'vitest'
import { concerns, everyTopic, topicsOf } from '#lib/change.ts'
import type { AuditResourceType } from '#lib/gql/graphql.ts'
import { topic } from '#lib/topic.ts'

const entry = (resourceType: AuditResourceType, resource = '1') =>
  ({ about: 'AUDIT_EVENT', auditEvent: { resourceType, resource } }) as const

test.each([
  [{ about: 'SUBORDINATE', auditEvent: null } as const, [topic.subordinates, topic.status]],
  [{ about: 'RUN', auditEvent: null } as const, [topic.runs, topic.schedules]],
  [entry('SUBORDINATE'), [topic.audit, topic.subordinates, topic.status]],
  [entry('ORGANIZATION'), [topic.audit, topic.organizations]],
  [entry('TRUST_MARK'), [topic.audit, topic.trustMarks, topic.status]],
  [entry('TRUST_MARK_TYPE'), [topic.audit, topic.trustMarks, topic.status]],
  [entry('TRUST_ANCHOR'), [topic.audit, topic.trustAnchor, topic.status]],
  [entry('SIGNING_KEY'), [topic.audit, topic.signingKeys, topic.trustAnchor]],
  [entry('API_KEY'), [topic.audit, topic.apiKeys]],
  [entry('SESSION'), [topic.audit, topic.account]],
  [entry('RUN'), [topic.audit, topic.runs]],
  [entry('SCHEDULE'), [topic.audit, topic.schedules]],
  [entry('USER', 'anna'), [topic.audit, topic.users, topic.people, topic.account]],
  [entry('WEBHOOK'), [topic.audit, topic.webhooks, topic.status]],
  [entry('MAIL'), [topic.audit, topic.mails]],
  [entry('APPROVAL'), [topic.audit, topic.approvals, topic.status]],
  [entry('PROTECTION'), [topic.audit, topic.protection]],
  [entry('OTHER'), [topic.audit]],
])('%j', (change, topics) => {
  expect(topicsOf(change)).toEqual(topics)
})

test('loads everything again after a gap, except the viewer, which could close a form', () => {
  const { viewer, ...others } = topic
  expect(everyTopic).not.toContain(viewer)
  expect(everyTopic.toSorted()).toEqual(Object.values(others).toSorted())
})

test('distinguishes changes of the own account from those of others', () => {
  expect(concerns(entry('USER', 'olga'), 'olga')).toBe(true)
  expect(concerns(entry('USER', 'otto'), 'olga')).toBe(false)
  expect(concerns(entry('API_KEY', 'olga'), 'olga')).toBe(false)
})
