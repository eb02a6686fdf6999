/** Tests the execution of an approval without a second person. */
import { beforeEach, describe, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { type Administrator, administratorsInFile, override, protect, refuse, waiting } from './people.ts'
import { createPolicies, entriesOf, presentPolicy, proposePolicy } from './policy-change.ts'

const admin = adminInFile()
const people = administratorsInFile(admin)
beforeEach(() => protect(admin, ['ANCHOR']))

const newPolicy = createPolicies()
const propose = (policy: object) => proposePolicy(people.alice, policy)

describe('an approval', () => {
  it('is overridden by one administrator with a reason, which alerts', {
    tags: [
      'mutation/override/success',
      'mutation/override/audit',
      'mutation/override/InvalidInputError',
      'mutation/override/ConflictError',
      'mutation/acknowledgeAlert/ConflictError',
      'mutation/snoozeAlert/ConflictError',
    ],
  }, async () => {
    const policy = newPolicy()
    const id = waiting(await propose(policy))
    expect(await override(people.alice, id, ' ')).toMatchObject({ code: 'INVALID_INPUT' })
    expect(await override(people.alice, id, 'The policy blocks every login.')).toMatchObject({
      state: 'EXECUTED',
      decidedBy: { username: 'alice' },
      overridden: true,
    })
    expect(await presentPolicy(admin)).toEqual(policy)
    expect((await entriesOf(admin, 'override')).at(-1)).toMatchObject({
      actor: 'alice',
      reason: 'The policy blocks every login.',
    })
    expect(await override(people.alice, id, 'Again.')).toMatchObject({ code: 'CONFLICT' })
    const { data } = await people.bob.visitor.execute('{ alerts { code severity message } }')
    expect(data.alerts[0]).toEqual({
      code: 'APPROVAL_BYPASSED',
      severity: 'CRITICAL',
      message: expect.stringContaining('alice'),
    })
    const until = new Date(Date.now() + 3_600_000).toISOString()
    for (const [mutation, input] of [
      ['acknowledgeAlert', {}],
      ['snoozeAlert', { until }],
    ] as const)
      expect(
        await people.alice.visitor.mutate(mutation, { id: 'APPROVAL_BYPASSED', ...input }, 'id'),
      ).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('what you did') })
    const acknowledged = { id: 'APPROVAL_BYPASSED' }
    await people.bob.visitor.mutate('acknowledgeAlert', acknowledged, 'id')
    const seenBy = async ({ visitor }: Administrator) =>
      (await visitor.execute('{ alerts { id acknowledgedBy { username } } }')).data.alerts[0]
    expect(await seenBy(people.bob)).toEqual({ ...acknowledged, acknowledgedBy: { username: 'bob' } })
    expect(await seenBy(people.alice)).toEqual({ ...acknowledged, acknowledgedBy: null })
  })

  it('is overridden by a passkey only, and not where the settings say so', async () => {
    const id = waiting(await propose(newPolicy()))
    const input = { id, reason: 'Now.', passkey: { id: 'x' } }
    expect(await people.alice.visitor.mutate('override', input, 'id')).toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', 'passkey'],
    })
    await admin.server.installation.protection.updateMany({ data: { breakGlass: 'OFF' } })
    expect(await override(people.alice, id, 'Now.')).toMatchObject({
      code: 'CONFLICT',
      message: 'The settings of the protection do not allow that.',
    })
    await admin.server.installation.protection.updateMany({ data: { breakGlass: 'AT_ONCE' } })
  })

  it('is overridden after a delay, unless another person objects', async () => {
    const { installation } = admin.server
    await installation.protection.updateMany({ data: { breakGlass: 'DELAYED', breakGlassHours: 2 } })
    const [policy, before] = [newPolicy(), await presentPolicy(admin)]
    const [id, other] = [waiting(await propose(policy)), waiting(await propose(newPolicy()))]
    for (const each of [id, other])
      expect(await override(people.alice, each, 'It blocks.')).toMatchObject({ state: 'OPEN' })
    expect(await override(people.alice, id, 'It blocks.')).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(
        /^alice asked for that\. It can be executed from .*, unless another person objects\.$/,
      ),
    })
    expect(await presentPolicy(admin)).toEqual(before)
    expect(await refuse(people.bob, other)).toMatchObject({ state: 'OPEN' })
    await installation.approval.updateMany({
      where: { overrideBy: 'alice' },
      data: { overrideAt: new Date() },
    })
    expect(await override(people.alice, other, 'It blocks.')).toMatchObject({
      code: 'CONFLICT',
      message: 'bob objected. Another person must approve it.',
    })
    // Otherwise one person could begin the delay again and again.
    expect(await override(people.bob, id, 'Mine.')).toMatchObject({ state: 'EXECUTED', overridden: true })
    expect(await presentPolicy(admin)).toEqual(policy)
    await installation.protection.updateMany({ data: { breakGlass: 'AT_ONCE' } })
  })
})
