/** Tests the words and forms about changes that need two people. */
import { expect, test } from 'vitest'
import { placeOf } from '#lib/alert/alert.ts'
import { auditVariables } from '#lib/audit/list.ts'
import { parseValues, storedValues } from '#lib/form/field.ts'
import type { AuditAction } from '#lib/gql/graphql.ts'
import { listVariables } from '#lib/list/list.ts'
import { objectAt } from '#lib/palette/recent.ts'
import { endInWords } from '#lib/plan/plan.ts'
import { protectionFields } from '#lib/protection/draft.ts'
import { differencesOf, dryRunOf, movesBetween } from '#lib/protection/effect.ts'
import { changeList } from '#lib/protection/list.ts'
import { impliedBy, withImplied } from '#lib/protection/operation.ts'
import { askedPlanOf, namedSteps } from '#lib/protection/plan.ts'
import { invitationIn, runIn } from '#lib/protection/result.ts'
import { sentenceOf } from '#lib/protection/sentence.ts'
import { changeState } from '#lib/protection/state.ts'
import { taskInWords } from '#lib/protection/task.ts'
import { approvalIn, waitingMessage } from '#lib/protection/waiting.ts'

test('finds the approval in the message of a form, and in no other message', () => {
  const message = waitingMessage('Q2hhbmdlUmVxdWVzdDox/+=')
  expect(approvalIn(message)).toEqual({
    sentence: 'A second person must approve this.',
    href: '/requests/approvals/Q2hhbmdlUmVxdWVzdDox%2F%2B%3D',
  })
  expect(approvalIn('A second person must approve this.')).toBeUndefined()
  expect(approvalIn('No. See the approval at https://evil.example.')).toBeUndefined()
  expect(approvalIn('No. See the approval at javascript:alert(1).')).toBeUndefined()
})

test('describes a change that is not made yet', () => {
  expect(taskInWords('UPDATE_FEDERATION_POLICY')).toBe('Change the metadata policy')
  expect(taskInWords('SIGN_IN')).toBe('Signed in')
})

test('does not show an execution without a second person as an approved one', () => {
  expect(changeState({ state: 'EXECUTED', overridden: false })).toEqual({
    tone: 'success',
    label: 'Executed',
  })
  expect(changeState({ state: 'EXECUTED', overridden: true })).toEqual({
    tone: 'error',
    label: 'Executed without approval',
  })
})

test.each([
  ['', { state: 'OPEN' }],
  ['state=REFUSED', { state: 'REFUSED' }],
  ['state=all', {}],
  ['state=other&by=alice', { state: 'OPEN', requestedBy: 'alice' }],
])('the list at ?%s', (address, filter) => {
  expect(listVariables(new URLSearchParams(address), changeList).filter).toEqual(filter)
})

const stored = {
  version: 3,
  operations: ['ACCESS', 'MEMBERS', 'ANCHOR'],
  commandLine: false,
  validForHours: 48,
  passkeyHours: 12,
  breakGlass: 'DELAYED',
  breakGlassHours: 24,
}

test('edits the chosen operations in the order of the form', () => {
  expect(storedValues(protectionFields, stored)).toEqual({
    version: 3,
    fields: {
      operations: ['ANCHOR', 'MEMBERS', 'ACCESS'],
      commandLine: false,
      validForHours: '48',
      passkeyHours: '12',
      breakGlass: 'DELAYED',
      breakGlassHours: '24',
    },
  })
})

test('adds what an operation implies, in the order of the form', () => {
  expect(withImplied(['TRUST_MARKS'])).toEqual(['ANCHOR', 'TRUST_MARKS', 'ACCESS'])
  expect(withImplied([])).toEqual([])
  expect(impliedBy(['ANCHOR', 'ACCESS'])).toEqual(['ACCESS'])
})

test.each(['0', '721', '1.5', '', 'x'])('refuses the hours %j', (validForHours) => {
  expect(parseValues(protectionFields, { validForHours }).refusal).toEqual({
    message: 'Enter whole hours, from 1 to 720.',
    path: ['validForHours'],
  })
})

test('sends the hours as a number, and none for passkeys that count at once', () => {
  expect(parseValues(protectionFields, { passkeyHours: '0' }).value).toEqual({ passkeyHours: 0 })
  expect(parseValues(protectionFields, { passkeyHours: '-1' }).refusal?.path).toEqual(['passkeyHours'])
  expect(parseValues(protectionFields, { validForHours: '720' }).value).toEqual({ validForHours: 720 })
})

test('finds what only the approver gets: an invitation, or a run', () => {
  const invitation = { link: 'https://ta.example.org/invitation#x', isMailed: false }
  expect(invitationIn({ user: { id: '1', invitation } })).toEqual(invitation)
  expect(invitationIn({ user: { id: '1', invitation: null } })).toBeUndefined()
  expect(invitationIn(null)).toBeUndefined()
  expect(runIn('EXECUTE_DRY_RUN', { run: { id: 'run' } })).toBe('run')
  expect(runIn('APPLY_CONFIGURATION', { run: { id: 'run' } })).toBe('run')
  expect(runIn('UPDATE_SUBORDINATE', { subordinate: { id: 'member' } })).toBeUndefined()
})

test('leads from the alerts to the approvals and to the entries of the audit log', () => {
  expect(placeOf({ code: 'CHANGE_WAITS', node: null })).toBe('/requests/approvals')
  expect(placeOf({ code: 'APPROVAL_BYPASSED', node: null })).toBe('/audit?bypass=1')
  expect(auditVariables(new URLSearchParams('bypass=1')).filter).toEqual({
    actions: ['OVERRIDE', 'BYPASS_APPROVAL'],
    outcome: 'SUCCEEDED',
    folded: false,
  })
})

test('remembers approvals in the palette', () => {
  expect(objectAt({ pathname: '/requests/approvals/abc', search: '' })).toBe('/requests/approvals/abc')
  expect(objectAt({ pathname: '/requests/approvals', search: '' })).toBeUndefined()
  expect(objectAt({ pathname: '/requests/checks', search: '' })).toBeUndefined()
})

test.each<[action: AuditAction, resource: string, fields: object, sentence: string]>([
  ['REGISTER_SUBORDINATE', 'https://rp.example', {}, 'Register a subordinate: https://rp.example'],
  [
    'CREATE_USER',
    'bob',
    { role: { before: null, after: 'admin' } },
    'Create the user bob, with the role admin',
  ],
  [
    'SWITCH_SIGNING_KEY',
    'k1',
    { overrideReason: { before: null, after: 'Now.' } },
    'Switch the signing key before it is safe',
  ],
  [
    'APPLY_CONFIGURATION',
    '3',
    { total: { before: null, after: 1200 } },
    'Apply configuration files: 1,200 objects',
  ],
  [
    'EXECUTE_DRY_RUN',
    '7',
    {
      kind: { before: null, after: 'CONFIGURATION' },
      parameters: { before: null, after: { source: 'selection', action: 'DEACTIVATE' } },
      total: { before: null, after: 3 },
    },
    'Deactivate: 3 objects',
  ],
  [
    'EXECUTE_DRY_RUN',
    '8',
    { kind: { before: null, after: 'REQUEST_APPROVAL' }, total: { before: null, after: 1 } },
    'Approve 1 request',
  ],
])('the sentence of %s for %s', (action, resource, fields, sentence) => {
  expect(sentenceOf({ action, resource, effect: { fields }, after: {} })).toBe(sentence)
})

test('shows what a change does, and what is different since it was asked for', () => {
  const asked = { fields: { jwks: { before: null, after: 'A' } } }
  const now = { fields: { jwks: { before: null, after: 'B' } } }
  expect(differencesOf(now)).toEqual([{ path: ['jwks'], before: undefined, after: 'B' }])
  expect(movesBetween(asked, now)).toEqual([{ path: ['jwks'], before: 'A', after: 'B' }])
  expect(differencesOf(null)).toEqual([])
  expect(dryRunOf({ fields: { dryRun: { before: null, after: 7 } } })).toBe(7)
  expect(dryRunOf(now)).toBeUndefined()
})

const planned = (total: number, parameters: object) => ({
  fields: {
    kind: { before: null, after: 'CONFIGURATION' },
    total: { before: null, after: total },
    parameters: { before: null, after: parameters },
  },
})
const changes = [{ path: 'statementHours', before: 168, after: 100 }]
const settings = { section: 'settings', key: '', verb: 'CHANGE', changes }

test('reads the plan that is signed, and no other effect', () => {
  expect(askedPlanOf(planned(300, { plan: 'h', commit: 'c0ffee', steps: [settings] }))).toEqual({
    ...{ hash: 'h', commit: 'c0ffee', total: 300 },
    steps: [{ ...settings, noun: 'settings' }],
  })
  expect(askedPlanOf({ fields: { kind: { before: null, after: 'IMPORT' } } })).toBeUndefined()
  expect(askedPlanOf(null)).toBeUndefined()
})

test('names what is different between two plans by their objects, wherever they stand', () => {
  const member = { section: 'members', key: 'https://rp.example', verb: 'CREATE', changes: [] }
  const [one, other] = [[settings, member], [member]].map((steps) =>
    namedSteps(askedPlanOf(planned(2, { plan: 'h', steps })) ?? expect.unreachable()),
  )
  expect(one).toEqual({
    plan: 'h',
    settings: { verb: 'CHANGE', statementHours: { before: 168, after: 100 } },
    'members https://rp.example': { verb: 'CREATE' },
  })
  expect(other).toEqual({ plan: 'h', 'members https://rp.example': { verb: 'CREATE' } })
})

test('says what a plan does to members and Trust Marks in the words of a policy', () => {
  expect([endInWords('HOLDER_REMOVED'), endInWords('OTHER')]).toEqual(['their holder is removed', ''])
})
