/** Tests the other ends of change requests: refused, withdrawn, and executed without a second person. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { addAdministrators, approve, override, type People, protect, refuse, waiting } from './people.ts'
import { createPolicies, entriesOf, presentPolicy, proposePolicy } from './policy-change.ts'

let admin: TestAdmin
let people: People

beforeAll(async () => {
  admin = await startAdmin()
  people = await addAdministrators(admin)
})
beforeEach(() => protect(admin, ['ANCHOR']))
afterAll(() => admin.close())

const newPolicy = createPolicies()
const propose = (policy: object) => proposePolicy(people.alice, policy)

describe('a change request', () => {
  it('is refused by another person and withdrawn by its requester', {
    tags: [
      'mutation/refuseChangeRequest/success',
      'mutation/refuseChangeRequest/audit',
      'mutation/refuseChangeRequest/ConflictError',
    ],
  }, async () => {
    const [first, second] = [waiting(await propose(newPolicy())), waiting(await propose(newPolicy()))]
    expect(await refuse(people.bob, first, 'Not now.')).toMatchObject({ state: 'REFUSED', decidedBy: 'bob' })
    expect(await refuse(people.alice, second)).toMatchObject({ state: 'WITHDRAWN', decidedBy: 'alice' })
    expect(await approve(people.bob, first)).toMatchObject({ code: 'CONFLICT', message: 'It was refused.' })
    expect(await refuse(people.bob, second)).toMatchObject({ code: 'CONFLICT' })
    expect((await entriesOf(admin, 'refuseChangeRequest')).slice(-2)).toMatchObject([
      { actor: 'bob', after: { state: 'REFUSED' }, reason: 'Not now.' },
      { actor: 'alice', after: { state: 'WITHDRAWN' } },
    ])
  })

  it('is not refused or overridden without need', {
    tags: [
      'mutation/refuseChangeRequest/InvalidInputError',
      'mutation/refuseChangeRequest/NotFoundError',
      'mutation/overrideChangeRequest/NotFoundError',
      'mutation/overrideChangeRequest/ReauthenticationRequiredError',
    ],
  }, async () => {
    const id = waiting(await propose(newPolicy()))
    expect(await refuse(people.bob, id, 'x'.repeat(1001))).toMatchObject({ code: 'INVALID_INPUT' })
    const unknown = btoa('ChangeRequest:999999')
    expect(await refuse(people.bob, unknown)).toMatchObject({ code: 'NOT_FOUND' })
    expect(await override(people.bob, unknown, 'Now.')).toMatchObject({ code: 'NOT_FOUND' })
    const { session } = admin.server.installation
    const where = { user: { username: 'bob' } }
    await session.updateMany({ where, data: { createdAt: new Date(Date.now() - 3_600_000) } })
    expect(await override(people.bob, id, 'Now.')).toMatchObject({ code: 'REAUTHENTICATION_REQUIRED' })
    await session.updateMany({ where, data: { createdAt: new Date() } })
    expect(await refuse(people.bob, id)).toMatchObject({ state: 'REFUSED' })
  })

  it('is overridden by one administrator with a reason, which alerts', {
    tags: [
      'mutation/overrideChangeRequest/success',
      'mutation/overrideChangeRequest/audit',
      'mutation/overrideChangeRequest/InvalidInputError',
      'mutation/overrideChangeRequest/ConflictError',
    ],
  }, async () => {
    const policy = newPolicy()
    const id = waiting(await propose(policy))
    expect(await override(people.alice, id, ' ')).toMatchObject({ code: 'INVALID_INPUT' })
    expect(await override(people.alice, id, 'The policy blocks every login.')).toMatchObject({
      state: 'EXECUTED',
      decidedBy: 'alice',
      overridden: true,
    })
    expect(await presentPolicy(admin)).toEqual(policy)
    expect((await entriesOf(admin, 'overrideChangeRequest')).at(-1)).toMatchObject({
      actor: 'alice',
      reason: 'The policy blocks every login.',
    })
    expect(await override(people.alice, id, 'Again.')).toMatchObject({ code: 'CONFLICT' })
    const { data } = await people.bob.visitor.execute('{ alerts { code severity message } }')
    expect(data.alerts).toContainEqual({
      code: 'APPROVAL_BYPASSED',
      severity: 'CRITICAL',
      message: expect.stringContaining('alice'),
    })
  })
})
