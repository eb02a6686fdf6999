import { expect, test } from 'vitest'
import { itemVerb, runInWords, runTitle } from '#lib/run/run.ts'
import { changeInput, newDraft } from '#lib/subordinate/change.ts'
import { promotionInput } from '#lib/subordinate/promotion.ts'
import { subjectCount } from '#lib/subordinate/subjects.ts'

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

test('names the selected subordinates by id, all that match by their filter, and a list by its lines', () => {
  const reason = null
  const selected = newDraft('RENEW', 'selected')
  expect(changeInput(selected, shown).value).toEqual({
    action: 'RENEW',
    subordinates: { ids: ['a', 'b'] },
    reason,
  })
  const matching = newDraft('REMOVE', 'matching')
  const removal = { action: 'REMOVE', subordinates: { filter: { search: 'x' } }, reason }
  expect(changeInput(matching, shown).value).toEqual({ ...removal, revokeTrustMarks: true })
  const keeping = { ...matching, revokeTrustMarks: false }
  expect(changeInput(keeping, shown).value).toEqual({ ...removal, revokeTrustMarks: false })
  const pasted = { ...newDraft('RENEW', 'pasted'), text: 'https://rp.example.org\nno url', reason: ' Why ' }
  expect(changeInput(pasted, shown).value).toEqual({
    action: 'RENEW',
    subordinates: { entityIds: ['https://rp.example.org', 'no url'] },
    reason: 'Why',
  })
  expect([selected, matching, pasted].map((draft) => subjectCount(draft, shown))).toEqual([2, 5008, 1])
})

test('promotes the selected subordinates or all that match, and names both anchors', () => {
  const both = { from: 'test', to: 'main' }
  expect(promotionInput({ scope: 'selected', to: 'main' }, shown, 'test')).toEqual({
    ...both,
    subordinates: { ids: ['a', 'b'] },
  })
  expect(promotionInput({ scope: 'matching', to: 'main' }, shown, 'test')).toEqual({
    ...both,
    subordinates: { filter: { search: 'x' } },
  })
})

test('sends the checked settings only, and refuses a change without any', () => {
  const draft = { ...newDraft('UPDATE', 'matching'), changed: ['validFor' as const] }
  expect(changeInput(draft, shown).value?.changes).toEqual({ validFor: null })
  draft.settings.validFor = '48'
  expect(changeInput(draft, shown).value?.changes).toEqual({ validFor: 48 })
  draft.settings.validFor = 'two'
  expect(changeInput(draft, shown).refusal?.path).toEqual(['validFor'])
  expect(changeInput(newDraft('UPDATE', 'matching'), shown).refusal?.path).toEqual(['changes'])
})

test('sends an organization, or none', () => {
  const draft = { ...newDraft('UPDATE', 'matching'), changed: ['organizationId' as const] }
  expect(changeInput(draft, shown).value?.changes).toEqual({ organizationId: null })
  draft.settings.organizationId = 'o'
  expect(changeInput(draft, shown).value?.changes).toEqual({ organizationId: 'o' })
})

test('sends tags to add and to remove, with or without settings', () => {
  const draft = { ...newDraft('UPDATE', 'matching'), addTags: ['pilot'] }
  expect(changeInput(draft, shown).value?.changes).toEqual({ addTags: ['pilot'] })
  const both = { ...draft, addTags: [], removeTags: ['old'], changed: ['autorenew' as const] }
  expect(changeInput(both, shown).value?.changes).toEqual({ autorenew: true, removeTags: ['old'] })
})

test('sends a Trust Mark type for marks only, and a delegation to issue only', () => {
  const draft = { ...newDraft('ISSUE_TRUST_MARK', 'matching'), type, delegation: ' a.b.c ' }
  expect(changeInput(draft, shown).value).toMatchObject({ trustMarkType: type.type, delegation: 'a.b.c' })
  const revoke = changeInput({ ...draft, action: 'REVOKE_TRUST_MARK' }, shown).value
  expect(revoke).toMatchObject({ trustMarkType: type.type })
  expect(revoke).not.toHaveProperty('delegation')
  expect(changeInput({ ...draft, action: 'RENEW' }, shown).value).not.toHaveProperty('trustMarkType')
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
