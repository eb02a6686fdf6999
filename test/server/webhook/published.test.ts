/** Tests which audit actions are events: each is named as published or not, and none is about people. */
import { expect, it } from 'vitest'
import { type AuditAction, auditActions } from '#server/services/audit/action.ts'
import { isPublished, publishedActions } from '#server/services/audit/published.ts'

const actions = Object.keys(auditActions) as AuditAction[]

it('names each action as published or not', () => {
  for (const action of actions) expect([action, typeof isPublished(action)]).toEqual([action, 'boolean'])
  expect(publishedActions).toEqual(actions.filter(isPublished))
})

it('publishes nothing about people, their access and the installation', () => {
  const types = new Set(publishedActions.map((action) => auditActions[action]))
  expect([...types].sort()).toEqual([
    'Alert',
    'AwaitedEntity',
    'CheckPipeline',
    'Organization',
    'Request',
    'SigningKey',
    'Subordinate',
    'TrustAnchor',
    'TrustMark',
    'TrustMarkType',
  ])
})
