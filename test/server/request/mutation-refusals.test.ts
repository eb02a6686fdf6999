/** Tests failures that many mutations share: an unknown id, and a concurrent change. */
import { expect, it } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { eachRow } from '#test/helpers/rows.ts'

const admin = adminInFile()

const globalId = (type: string) => Buffer.from(`${type}:2147483647`).toString('base64')

eachRow<[mutation: string, type: string, further?: object]>(
  [
    ['updateSubordinate', 'Subordinate', { validFor: 5 }],
    ['renewSubordinate', 'Subordinate'],
    ['deactivateSubordinate', 'Subordinate'],
    ['reactivateSubordinate', 'Subordinate'],
    ['removeSubordinate', 'Subordinate'],
    ['updateTrustMarkType', 'TrustMarkType', { validFor: 5 }],
    ['removeTrustMarkType', 'TrustMarkType'],
    ['updateTrustMark', 'TrustMark', { validFor: 5 }],
    ['renewTrustMark', 'TrustMark'],
    ['revokeTrustMark', 'TrustMark'],
    ['cancelRun', 'Run'],
    ['updateUser', 'User', { role: 'VIEWER' }],
    ['resetUserPassword', 'User', { password: PASSWORD }],
    ['resetSecondFactor', 'User'],
    ['secureUser', 'User'],
    ['removeUser', 'User'],
    ['createInvitation', 'User'],
    ['revokeApiKey', 'ApiKey'],
    ['updateWebhook', 'Webhook', { active: true }],
    ['removeWebhook', 'Webhook'],
    ['replayWebhook', 'Webhook', { from: '2026-11-27T12:00:00Z' }],
    ['testWebhook', 'Webhook'],
  ],
  ([mutation]) => [`mutation/${mutation}/NotFoundError`],
)('finds no %s for an unknown id', async (mutation, type, further = {}) => {
  const before = await admin.server.db.auditEvent.count({ where: { outcome: 'SUCCEEDED' } })
  for (const id of [globalId(type), globalId('Nothing'), 'rubbish']) {
    const selection = mutation.startsWith('remove') ? '' : '__typename'
    expect(await admin.mutate(mutation, { id, ...further }, selection, 'admin')).toMatchObject({
      __typename: 'NotFoundError',
      code: 'NOT_FOUND',
      message: expect.stringMatching(/^There is no /),
    })
  }
  expect(await admin.server.db.auditEvent.count({ where: { outcome: 'SUCCEEDED' } })).toBe(before)
})

it.each(['renewTrustMark'])(
  'allows one of several simultaneous calls of %s',
  { tags: 'mutation/renewTrustMark/ConflictError' },
  async (mutation) => {
    const type = `https://ta.example.org/marks/${mutation}`
    await admin.mutate('createTrustMarkType', { type }, 'id')
    const input = { trustMarkType: type, entityId: 'https://rp.example.org' }
    const { id } = await admin.mutate('issueTrustMark', input, 'id')
    const results = await Promise.all(
      Array.from({ length: 8 }, () => admin.mutate(mutation, { id }, 'version')),
    )
    const refused = results.filter(({ __typename }) => __typename === 'ConflictError')
    expect(refused).not.toEqual([])
    for (const each of refused) expect(each).toMatchObject({ code: 'CONFLICT', path: null })
    // Each of the other calls saw the mark as the previous call left it.
    const versions = results.flatMap(({ version }) => version ?? []).sort()
    expect(versions).toEqual(versions.map((_version, index) => index + 2))
  },
)
