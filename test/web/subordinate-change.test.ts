import { expect, test } from 'vitest'
import { itemVerb, runInWords, runTitle } from '#lib/run/run.ts'
import { type ChangeDraft, changeSource, newDraft } from '#lib/subordinate/change.ts'
import { promotionSource } from '#lib/subordinate/promotion.ts'
import { type ListScope, subjectCount } from '#lib/subordinate/subjects.ts'

const shown = { ids: ['a', 'b'], filter: { search: 'x' }, totalCount: 5008 }
const type = {
  id: 't',
  type: 'https://ta.example.org/m',
  description: null,
  validFor: 24,
  renewalTime: 2,
  autorenew: true,
  owner: null,
}

const selectionOf = (draft: ChangeDraft) => changeSource(draft, shown).value?.selection

test('names the selected subordinates by id, all that match by their filter, and a list by its lines', () => {
  const selected = newDraft('DEACTIVATE', 'selected')
  expect(selectionOf(selected)).toEqual({ action: 'DEACTIVATE', subordinates: { ids: ['a', 'b'] } })
  const matching = newDraft('REMOVE', 'matching')
  const removal = { action: 'REMOVE', subordinates: { filter: { search: 'x' } } }
  expect(selectionOf(matching)).toEqual({ ...removal, revokeTrustMarks: true })
  const keeping = { ...matching, revokeTrustMarks: false }
  expect(selectionOf(keeping)).toEqual({ ...removal, revokeTrustMarks: false })
  const pasted = { ...newDraft('REACTIVATE', 'pasted'), text: 'https://rp.example.org\nno url' }
  expect(selectionOf(pasted)).toEqual({
    action: 'REACTIVATE',
    subordinates: { entityIds: ['https://rp.example.org', 'no url'] },
  })
  expect([selected, matching, pasted].map((draft) => subjectCount(draft, shown))).toEqual([2, 5008, 1])
})

test('promotes the selected subordinates or all that match, of the anchor that has them', () => {
  const promoted = (scope: ListScope) => promotionSource({ scope, to: 'main' }, shown, 'test').promotion
  expect(promoted('selected')).toEqual({ from: 'test', subordinates: { ids: ['a', 'b'] } })
  expect(promoted('matching')).toEqual({ from: 'test', subordinates: { filter: { search: 'x' } } })
})

test('sends the checked settings only, and refuses a change without any', () => {
  const draft = { ...newDraft('UPDATE', 'matching'), changed: ['validFor' as const] }
  expect(selectionOf(draft)?.changes).toEqual({ validFor: null })
  draft.settings.validFor = '48'
  expect(selectionOf(draft)?.changes).toEqual({ validFor: 48 })
  draft.settings.validFor = 'two'
  expect(changeSource(draft, shown).refusal?.path).toEqual(['validFor'])
  expect(changeSource(newDraft('UPDATE', 'matching'), shown).refusal?.path).toEqual(['changes'])
})

test('sends an organization, or none', () => {
  const draft = { ...newDraft('UPDATE', 'matching'), changed: ['organizationId' as const] }
  expect(selectionOf(draft)?.changes).toEqual({ organizationId: null })
  draft.settings.organizationId = 'o'
  expect(selectionOf(draft)?.changes).toEqual({ organizationId: 'o' })
})

test('sends tags to add and to remove, with or without settings', () => {
  const draft = { ...newDraft('UPDATE', 'matching'), addTags: ['pilot'] }
  expect(selectionOf(draft)?.changes).toEqual({ addTags: ['pilot'] })
  const both = { ...draft, addTags: [], removeTags: ['old'], changed: ['autorenew' as const] }
  expect(selectionOf(both)?.changes).toEqual({ autorenew: true, removeTags: ['old'] })
})

test('sends a Trust Mark type for marks only, and a delegation to issue only', () => {
  const draft = { ...newDraft('ISSUE_TRUST_MARK', 'matching'), type, delegation: ' a.b.c ' }
  expect(selectionOf(draft)).toMatchObject({ trustMarkType: type.type, delegation: 'a.b.c' })
  const revoke = selectionOf({ ...draft, action: 'REVOKE_TRUST_MARK' })
  expect(revoke).toMatchObject({ trustMarkType: type.type })
  expect(revoke).not.toHaveProperty('delegation')
  expect(selectionOf({ ...draft, action: 'REMOVE' })).not.toHaveProperty('trustMarkType')
  expect(changeSource({ ...draft, action: 'RENEW' }, shown).refusal?.message).toBe('A renewal has no plan.')
})

test('words a run by its action, and a dry run as a check', () => {
  const run = {
    kind: 'CONFIGURATION',
    planSource: 'SELECTION',
    state: 'SUCCEEDED',
    total: 5,
    done: 4,
    failed: 1,
    skipped: 1,
    rate: 1,
    cancelRequested: false,
    startedAt: '2026-01-01T00:00:00Z',
    endedAt: '2026-01-01T00:00:40Z',
    subordinateAction: 'DEACTIVATE',
    dryRun: false,
  } as const
  expect(runTitle(run)).toBe('Deactivation of subordinates')
  expect(itemVerb(run)).toBe('deactivated')
  expect(runInWords(run)).toBe('3 of 5 objects deactivated, 1 with nothing to do, 1 failed, in 40 seconds.')
  const dry = { ...run, dryRun: true }
  expect(runTitle(dry)).toBe('Deactivation of subordinates (dry run)')
  expect(runInWords(dry)).toBe('4 of 5 objects checked, 1 failed, in 40 seconds.')
})
