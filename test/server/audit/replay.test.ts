/** Tests that the verification of the audit log finds protected changes that no second person approved. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Transaction } from '#server/database/client.ts'
import { type Caller, cliCaller, jobCaller, ruleCaller } from '#server/identity/caller.ts'
import { type AuditEntry, appendAuditEntries } from '#server/services/audit/append.ts'
import { createApprovalVerification } from '#server/services/audit/approvals.ts'
import { createReplay } from '#server/services/audit/replay.ts'
import { verifyAuditLog } from '#server/services/audit/verification.ts'
import { operationNames } from '#server/services/protection/operation.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { watchRun } from '#test/helpers/run.ts'
import { memberInFile, register } from '#test/helpers/subordinate.ts'
import { planOf } from '#test/server/plan/planned.ts'
import { administratorsInFile, approve, protect, waiting } from '#test/server/protection/people.ts'

const admin = adminInFile({}, { secondFactorGroups: ['admin', 'operator'] })
const people = administratorsInFile(admin)
const leaf = memberInFile(admin)
/** The member. */
let id: string
beforeAll(async () => {
  id = (await register(admin, leaf)).id
})

/** An entry that the log does not have. */
type Further = [caller: Caller, entry: AuditEntry, runId?: number]

const session: Caller = { ...cliCaller(''), name: 'alice', method: 'session', requestId: 'another' }
const command = cliCaller('anna')
const policy = (caller: Caller): Further => [
  caller,
  { action: 'updateFederationPolicy', resource: admin.entityId, before: {}, after: { metadataPolicy: {} } },
]
const removal: AuditEntry = {
  ...{ action: 'removeSubordinate', resource: 'https://gone.example.org', before: { active: true } },
}
const lockOut = (others: object): Further => {
  const after = { banned: true, role: 'viewer', ...others }
  return [
    session,
    { action: 'updateUser', resource: 'eve', before: { banned: false, role: 'viewer' }, after },
  ]
}
const bypass: AuditEntry = { action: 'bypassApproval', resource: '', after: { action: 'revokeKey' } }

/** What the verification finds if the log had this entry too. */
const faultWith = ([caller, entry, runId]: Further) =>
  faultAfter((tx) => appendAuditEntries(tx, [{ caller, entry, runId }]))

async function faultAfter(change: (tx: Transaction) => Promise<unknown>): Promise<string | null> {
  let fault: string | null = null
  const rolledBack = new Error('rolled back')
  const work = admin.server.installation.$transaction(async (tx) => {
    await change(tx)
    fault = (await verifyAuditLog(tx)).fault
    throw rolledBack
  })
  await expect(work).rejects.toBe(rolledBack)
  return fault
}

const ask = async (mutation: string, input: object) => {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`
  const document = `mutation ($input: ${type}) { ${mutation}(input: $input) { __typename } }`
  return waiting(await people.alice.visitor.execute(document, { input }))
}
const decide = async (id: string) =>
  expect(await approve(people.bob, id)).toMatchObject({ state: 'EXECUTED' })

describe('a command that needs no approval', () => {
  beforeAll(() => protect(admin, ['ANCHOR'], { commandLine: true }))

  it('has an entry that says so', async () => {
    const { trustAnchor } = admin.server.services
    await trustAnchor.updatePolicy(command, { metadataPolicy: { openid_provider: {} } })
    expect(await admin.server.db.auditEvent.count({ where: { action: 'bypassApproval' } })).toBe(1)
    expect((await verifyAuditLog(admin.server.installation)).fault).toBeNull()
    expect(await faultWith(policy(command))).toMatch(
      /^Entry \d+, updateFederationPolicy of \S+ by cli:anna, is protected \(ANCHOR\), and no approval is in the log\.$/,
    )
  })
})

describe('two people', () => {
  beforeAll(async () => {
    const operations = ['ANCHOR', 'MEMBERS', 'TRUST_MARKS']
    await decide(await ask('updateProtection', { operations, commandLine: false, passkeyHours: 0 }))
  })

  it('have an approval for each change of a request and of a run', async () => {
    await decide(await ask('updateSubordinate', { id, validFor: 24 }))
    const source = { selection: { action: 'REMOVE', subordinates: { ids: [id] } } }
    const { hash } = await planOf(admin, source)
    await decide(await ask('applyPlan', { anchor: 'main', source, hash }))
    const run = await admin.server.db.run.findFirstOrThrow({ orderBy: { id: 'desc' } })
    const runId = Buffer.from(`Run:${run.id}`).toString('base64')
    expect((await watchRun(admin, runId)).at(-1)?.run).toMatchObject({ state: 'SUCCEEDED', failed: 0 })
    const removed = { action: 'removeSubordinate', resource: leaf.id, outcome: 'SUCCEEDED' }
    const entry = await admin.server.db.auditEvent.findFirstOrThrow({ where: removed })
    expect(entry.runId).toBe(run.id)
    expect((await verifyAuditLog(admin.server.installation)).fault).toBeNull()
    // The same without the run is found.
    expect(await faultWith([{ ...session, name: entry.actor }, removal])).toContain('is protected (MEMBERS)')
    expect(await faultWith([session, removal, run.id + 1])).toContain('is protected (MEMBERS)')
    expect(await faultWith([session, removal, run.id])).toBeNull()
    // Retention deleted the start of the run, and the change a moment after it.
    const first = { operations: operationNames, commandLine: false }
    const later = { ...entry, id: entry.id + 1, runId: null, at: new Date(entry.at.getTime() + 3_600_000) }
    const replay = createReplay(first, { isWhole: false })
    expect([entry, { ...entry, runId: null }].map(replay.faultOf)).toEqual([null, null])
    expect(replay.faultOf(later)).toContain('is protected (MEMBERS)')
    expect(createReplay(first, { isWhole: true }).faultOf(entry)).toContain('is protected (MEMBERS)')
  })

  it.each<[string, () => Further, string | null]>([
    ['a session', () => policy(session), 'by alice, is protected (ANCHOR)'],
    ['a rule', () => [ruleCaller('approve-by-rule'), removal], 'is protected (MEMBERS)'],
    ['a job', () => [jobCaller('renew'), removal], null],
    [
      'a person, of the protection',
      () => [session, { action: 'updateProtection', resource: '' }],
      '(ACCESS)',
    ],
    ['a command that needs none', () => [command, bypass], 'revokeKey without an approval, was not allowed'],
    ['one administrator who locks a user out', () => lockOut({}), null],
    ['one administrator who gives a role', () => lockOut({ role: 'admin' }), 'is protected (ACCESS)'],
  ])('and a change by %s', async (_by, entry, fault) => {
    const found = await faultWith(entry())
    if (fault === null) expect(found).toBeNull()
    else expect(found).toContain(fault)
  })

  it('are found to have been one, after a change in the database itself', async () => {
    const off = (tx: Transaction) => tx.protection.updateMany({ data: { operations: [] } })
    expect(await faultAfter(off)).toBe(
      'The protection was changed without an entry: it protects nothing now, and by the log ANCHOR, MEMBERS, TRUST_MARKS, ACCESS.',
    )
  })

  it('are users, with passkeys that the log registered', async () => {
    const { installation } = admin.server
    const where = { action: 'approve', outcome: 'SUCCEEDED' }
    const event = await installation.auditEvent.findFirstOrThrow({ where })
    const faultOf = (found: typeof event, isWhole = true) =>
      createApprovalVerification(installation, { isWhole }).faultOf(found)
    const before = { ...(event.before as object), requestedBy: 'ghost' }
    expect(await faultOf({ ...event, before })).toContain('names ghost, who is not and was not a user')
    expect(await faultOf(event)).toContain('with a passkey that no entry registered')
    // Its entry was deleted with older ones.
    expect(await faultOf(event, false)).toBeNull()
    await installation.passkey.updateMany({ data: { createdAt: new Date() } })
    expect(await faultOf(event, false)).toContain('with a passkey that no entry registered')
  })
})

it('compares with an entry that was kept elsewhere', async () => {
  const { installation } = admin.server
  const { lastId, hash } = await verifyAuditLog(installation)
  const faultFor = async (id: number, kept: string) =>
    (await verifyAuditLog(installation, { id, hash: kept })).fault
  expect(await faultFor(lastId, hash)).toBeNull()
  expect(await faultFor(lastId - 1, hash)).toMatch(
    /^Entry \d+ was kept with the hash .* the log was rewritten\.$/,
  )
  expect(await faultFor(lastId + 1, hash)).toMatch(/^Entry \d+ is missing/)
})
