/** An installation with something that each protected operation could change. */
import { expect } from 'vitest'
import { createAccounts } from '#server/auth/accounts.ts'
import { cliCaller } from '#server/identity/caller.ts'
import { PASSWORD, type TestAdmin } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import type { TestEntity } from '#test/helpers/entity.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { startLeaf } from '#test/helpers/subordinate.ts'
import type { Visitor } from '#test/helpers/visitor.ts'

export const TYPE = 'https://ta.example.org/marks/member'
export const UNUSED_TYPE = `${TYPE}/unused`
export const POLICY = { openid_relying_party: { client_name: { default: 'Service' } } }

export type Filled = {
  /** Ids. */
  member: string
  inactive: string
  mark: string
  /** Not renewed by the clock. */
  unrenewed: string
  unrenewedMark: string
  type: string
  unusedType: string
  user: string
  administrator: string
  invited: string
  request: string
  organization: string
  policyEntry: string
  memberEntry: string
  /** Of each kind of change of many; the last is of the anchor test. */
  dryRuns: string[]
  testDryRun: string
  kidInUse: string
  kidUnused: string
  /** Registered, and not. */
  leaf: TestEntity
  candidate: TestEntity
  /** Of the organization. */
  person: Visitor
}

/** The entities end with the test that calls it. */
export async function fill(admin: TestAdmin): Promise<Filled> {
  const make = (name: string, input: object, selection = 'id') =>
    admin.mutate(name, input, selection, 'admin')
  const [leaf, second, candidate, asked] = await Promise.all([
    startLeaf(admin),
    startLeaf(admin),
    startLeaf(admin),
    startLeaf(admin),
  ])
  const { id: organization } = await make('createOrganization', { name: 'University' })
  const person = await signInAsMember(admin, { organizationId: organization, email: 'anna@lu.example' })
  const { id: member } = await make('registerSubordinate', {
    entityId: leaf.id,
    organizationId: organization,
  })
  await make('updateSubordinate', { id: member, validFor: 24, metadataPolicy: POLICY })
  await make('updateSubordinate', { id: member, metadataPolicy: null })
  const { id: inactive } = await make('registerSubordinate', { entityId: second.id })
  await make('deactivateSubordinate', { id: inactive })
  await make('updateFederationPolicy', { metadataPolicy: POLICY }, '__typename')
  await make('updateFederationPolicy', { metadataPolicy: {} }, '__typename')
  const kidInUse = (await admin.server.db.signingKey.findFirstOrThrow()).kid
  await make('announceSigningKey', { alg: 'ES256' }, 'kid')
  await make('switchSigningKey', { overrideReason: 'A test.' }, 'kid')
  const { kid: kidUnused } = await make('announceSigningKey', { alg: 'ES256' }, 'kid')
  const { id: type } = await make('createTrustMarkType', { type: TYPE })
  const { id: unusedType } = await make('createTrustMarkType', { type: UNUSED_TYPE })
  const { id: mark } = await make('issueTrustMark', { trustMarkType: TYPE, entityId: leaf.id })
  await make('updateSubordinate', { id: inactive, autorenew: false })
  const unrenewedMark = await make('issueTrustMark', {
    trustMarkType: TYPE,
    entityId: second.id,
    autorenew: false,
  })
  const { id: user } = await createAccounts(admin.server).createUser(cliCaller('test'), {
    username: 'carol',
    password: PASSWORD,
    role: 'operator',
  })
  const { id: administrator } = await createAccounts(admin.server).createUser(cliCaller('test'), {
    username: 'frank',
    password: PASSWORD,
    role: 'admin',
  })
  const { id: invited } = await make('createUser', { username: 'erin', role: 'OPERATOR' })
  const { id: request } = await person.mutate(
    'submitRequest',
    { organizationId: organization, kind: 'REGISTER', entityId: asked.id },
    'id',
  )
  // What the portal asks for is then approved by rule.
  await make('updateCheckPipeline', { entityType: 'openid_relying_party', approves: true }, 'id')
  await make('updateCheckPipeline', { trustMarkType: UNUSED_TYPE, approves: true }, 'id')
  // Last, because from then on each mutation must name its anchor.
  await makeAnchor(admin, 'test')
  await makeAnchor(admin, 'paused')
  await make('pauseTrustAnchor', { anchor: 'paused' }, '__typename')
  const bulk = (input: object) =>
    dryRun(admin, 'startSubordinateChange', { subordinates: { filter: {} }, ...input })
  const dryRuns = [
    await bulk({ action: 'UPDATE', changes: { metadataPolicy: POLICY } }),
    await bulk({ action: 'REMOVE' }),
    await bulk({ action: 'DEACTIVATE' }),
    await bulk({ action: 'REACTIVATE' }),
    await bulk({ action: 'ISSUE_TRUST_MARK', trustMarkType: UNUSED_TYPE }),
    await dryRun(admin, 'importSubordinates', { subordinates: [{ entityId: candidate.id }] }),
    await dryRun(admin, 'startRequestApproval', { requests: { filter: {} } }),
  ]
  const entry = async (action: string) => {
    const where = { action, outcome: 'SUCCEEDED' }
    return (await admin.server.db.auditEvent.findFirstOrThrow({ where, orderBy: { id: 'asc' } })).id
  }
  return {
    ...{ member, inactive, mark, type, unusedType, request, organization, invited, leaf, candidate, person },
    user: btoa(`User:${user}`),
    administrator: btoa(`User:${administrator}`),
    ...{ kidInUse, kidUnused, dryRuns },
    unrenewed: inactive,
    unrenewedMark: unrenewedMark.id,
    testDryRun: await promoted(admin, member),
    policyEntry: btoa(`AuditEvent:${await entry('updateFederationPolicy')}`),
    memberEntry: btoa(`AuditEvent:${await entry('updateSubordinate')}`),
  }
}

/** The id of the dry run, which has ended. */
export async function dryRun(admin: TestAdmin, mutation: string, input: object): Promise<string> {
  const { id } = await admin.mutate(mutation, { anchor: 'main', ...input, dryRun: true }, 'id', 'admin')
  await ended(admin, id, 'main')
  return id
}

async function promoted(admin: TestAdmin, member: string): Promise<string> {
  const input = { from: 'main', to: 'test', subordinates: { ids: [member] }, dryRun: true }
  const { id } = await admin.mutate('promoteSubordinates', input, 'id', 'admin')
  await ended(admin, id, 'test')
  return id
}

export async function ended(
  admin: TestAdmin,
  id: string,
  anchor: string,
  state: 'SUCCEEDED' | 'FAILED' = 'SUCCEEDED',
): Promise<void> {
  const stateNow = async () => {
    const document = `query ($id: ID!) { node(id: $id, anchor: "${anchor}") { ... on Run { state } } }`
    return (await admin.execute(document, { id }, 'admin')).data.node?.state
  }
  await expect.poll(stateNow).toBe(state)
}
