import { expect, test } from 'vitest'
import { concerns, everyTopic, topicsOf } from '#lib/change.ts'
import { topic } from '#lib/topic.ts'

const entry = (resourceType: string, resource = '1') =>
  ({ about: 'AUDIT_EVENT', auditEvent: { resourceType, resource } }) as const

test.each([
  [{ about: 'SUBORDINATE', auditEvent: null } as const, [topic.subordinates, topic.status]],
  [{ about: 'RUN', auditEvent: null } as const, [topic.runs, topic.schedules]],
  [entry('TrustMark'), [topic.audit, topic.trustMarks, topic.status]],
  [entry('User', 'somebody'), [topic.audit, topic.users, topic.account]],
  [entry('SomethingNew'), [topic.audit]],
])('%j', (change, topics) => {
  expect(topicsOf(change)).toEqual(topics)
})

test('after a gap everything is read anew but who we are, which could end a page with a form', () => {
  expect(everyTopic).not.toContain(topic.viewer)
  expect(everyTopic).toContain(topic.signingKeys)
})

test('a change of one’s own account is told from that of another', () => {
  expect(concerns(entry('User', 'olga'), 'olga')).toBe(true)
  expect(concerns(entry('User', 'otto'), 'olga')).toBe(false)
  expect(concerns(entry('ApiKey', 'olga'), 'olga')).toBe(false)
})
