/** Tests that one person alone does no protected operation, by any way in. The command line: test/product. */
import { beforeAll, expect, it } from 'vitest'
import { auditActions } from '#server/services/audit/action.ts'
import { operationNames } from '#server/services/protection/operation.ts'
import { none, rules } from '#server/services/protection/rule.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { createRestClient } from '#test/helpers/rest.ts'
import { type Mutation, mutations, mutationsWithPassword, restRequests, starts } from './attempts.ts'
import { type Filled, fill, UNUSED_TYPE } from './filled.ts'
import { readState } from './installation-state.ts'
import { administratorsInFile, approve, protect, waiting } from './people.ts'

/** Of alice, made by alice. */
let key: string

const admin = adminInFile()
const people = administratorsInFile(admin)
beforeAll(async () => {
  const made = await people.alice.visitor.mutate('createApiKey', { username: 'alice', name: 'script' }, 'key')
  key = made.key
})

const documentOf = (mutation: string) => {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`
  return `mutation ($input: ${type}) { ${mutation}(input: $input) { __typename ... on Error { code message } } }`
}

async function withKey(query: string, variables: object) {
  const headers = { 'content-type': 'application/json', 'x-api-key': key }
  const body = JSON.stringify({ query, variables })
  return (await fetch(`${admin.adminUrl}/graphql`, { method: 'POST', headers, body })).json()
}

/** Those of the command line, and of no caller yet. */
const COMMANDS = [
  'importSetting',
  'importSubordinate',
  'importTrustMark',
  'importTrustMarkType',
  'importIssuedTrustMarks',
  'restore',
  'pruneAuditLog',
  'removeObjectBytes',
]

it('one person alone does no protected operation', async () => {
  const filled = await fill(admin)
  await expect.poll(() => admin.server.db.outboxEntry.count()).toBe(0)
  await protect(admin, operationNames)
  const before = await readState(admin)
  const tried = new Set<string>()
  for (const attempt of await mutations(admin, filled)) {
    await refusedToSession(attempt)
    await refusedToKey(attempt)
    tried.add(attempt[0])
  }
  for (const [action, mutation, input] of mutationsWithPassword(filled)) {
    const answer = await people.alice.visitor.execute(documentOf(mutation), { input })
    expect(answer.errors, mutation).toMatchObject([
      { message: expect.stringContaining('password'), extensions: { code: 'APPROVAL_REQUIRED' } },
    ])
    tried.add(action)
  }
  for (const [mutation, input] of starts(filled)) {
    const answer = await people.alice.visitor.execute(documentOf(mutation), { input })
    expect(answer.errors, mutation).toMatchObject([
      {
        message: expect.stringContaining('Read its plan'),
        extensions: { code: 'APPROVAL_REQUIRED' },
      },
    ])
    expect(answer.errors?.[0]?.extensions, mutation).not.toHaveProperty('approval')
    tried.add(mutation)
  }
  await refusedByRest(filled)
  await waitsInPortal(filled)
  expect(await readState(admin)).toEqual(before)
  const actions = Object.keys(auditActions) as (keyof typeof auditActions)[] // its own keys
  const covered = actions.filter((action) => rules[action] !== none)
  expect(covered.filter((action) => !tried.has(action) && !COMMANDS.includes(action))).toEqual([])
})

async function refusedToSession([action, mutation, input]: Mutation): Promise<void> {
  const id = waiting(await people.alice.visitor.execute(documentOf(mutation), { input }), mutation)
  const request = await admin.server.installation.approval.findUniqueOrThrow({
    where: { id: Number(atob(id).split(':')[1]) },
  })
  expect(request, mutation).toMatchObject({
    action,
    mutation,
    requestedBy: 'alice',
    state: 'OPEN',
  })
  expect(await approve(people.alice, id), mutation).toMatchObject({ code: 'CONFLICT' })
}

async function refusedToKey([, mutation, input]: Mutation): Promise<void> {
  const answer = await withKey(documentOf(mutation), { input })
  const id = waiting(answer, mutation)
  expect(await approve(people.alice, id), mutation).toMatchObject({ code: 'CONFLICT' })
}

async function refusedByRest(filled: Filled): Promise<void> {
  const { call, document } = await createRestClient(admin)
  // No path changes many: for that, there is no dry run.
  expect(Object.keys(document.paths).filter((path) => /change|bulk|run|import/.test(path))).toEqual([])
  for (const [action, method, path, body] of restRequests(filled)) {
    expect(await call(method, path, body, { key }), `${action} ${method} ${path}`).toMatchObject({
      status: 403,
      body: { message: expect.stringMatching(/^A second person must approve this change\./) },
    })
  }
}

/** A rule would approve both. */
async function waitsInPortal({ person, organization, leaf, candidate }: Filled): Promise<void> {
  const asked = { anchor: 'main', organizationId: organization }
  const register = { ...asked, kind: 'REGISTER', entityId: candidate.id }
  const mark = { ...asked, kind: 'TRUST_MARK', entityId: leaf.id, trustMarkType: UNUSED_TYPE }
  for (const input of [register, mark])
    expect(await person.mutate('submitRequest', input, 'state')).toEqual({ state: 'WAITING_FOR_OPERATOR' })
}
