/** Tests what operators choose to receive: defaults by role, a rule for each anchor, and who may choose what. */
import { beforeAll, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { signedIn, type Visitor } from '#test/helpers/visitor.ts'

const admin = adminInFile()
beforeAll(async () => {
  await makeAnchor(admin, 'test')
  const named = { anchor: 'test', displayName: 'Test federation' }
  await admin.mutate('updateTrustAnchor', named, 'slug', 'admin')
})

const FIELDS = 'anchor { slug } alerts requests approvals mayApprove'
const read = async (visitor: Visitor, fields = FIELDS) => {
  const { data } = await visitor.execute(`{ viewer { account { notifications { ${fields} } } } }`)
  return data.viewer.account.notifications
}
const change = (visitor: Visitor, input: object) => visitor.mutate('updateNotifications', input, FIELDS)

const ofOperator = { alerts: 'CRITICAL', requests: false, approvals: true, mayApprove: true }
const ofViewer = { alerts: 'NONE', requests: false, approvals: false, mayApprove: false }

it('has what was sent before as the default, in each anchor of the user', async () => {
  expect(await read(await signedIn(admin, 'admin'))).toEqual([
    { anchor: { slug: 'main' }, ...ofOperator },
    { anchor: { slug: 'test' }, ...ofOperator },
  ])
  expect(await read(await signedIn(admin, 'operator'))).toEqual([{ anchor: { slug: 'main' }, ...ofOperator }])
  expect(await read(await signedIn(admin, 'viewer'))).toEqual([{ anchor: { slug: 'main' }, ...ofViewer }])
  const names = await read(await signedIn(admin, 'admin'), 'anchor { displayName }')
  expect(names).toEqual([{ anchor: { displayName: null } }, { anchor: { displayName: 'Test federation' } }])
})

it('changes what is named in one anchor, and the audit log has it', {
  tags: ['mutation/updateNotifications/success', 'mutation/updateNotifications/audit'],
}, async () => {
  const visitor = await signedIn(admin, 'admin')
  const changed = { anchor: { slug: 'test' }, ...ofOperator, alerts: 'WARNING', requests: true }
  expect(await change(visitor, { anchor: 'test', alerts: 'WARNING' })).toMatchObject({ requests: false })
  expect(await change(visitor, { anchor: `${admin.entityId}/test`, requests: true })).toEqual(changed)
  expect(await read(visitor)).toEqual([{ anchor: { slug: 'main' }, ...ofOperator }, changed])
  const entry = await admin.server.installation.auditEvent.findFirst({ orderBy: { id: 'desc' } })
  const rule = { anchor: 'test', alerts: 'WARNING', approvals: true }
  expect(entry).toMatchObject({
    action: 'updateNotifications',
    resourceType: 'User',
    resource: 'admin',
    actor: 'admin',
    before: { ...rule, requests: false },
    after: { ...rule, requests: true },
  })
})

it('lets viewers choose what they may see, but no decisions', {
  tags: 'mutation/updateNotifications/InvalidInputError',
}, async () => {
  const visitor = await signedIn(admin, 'viewer')
  expect(await change(visitor, { anchor: 'main', approvals: true })).toMatchObject({
    code: 'INVALID_INPUT',
    path: ['input', 'approvals'],
    message: 'Your role in main decides nothing. Leave approvals off.',
  })
  const chosen = { anchor: { slug: 'main' }, ...ofViewer, alerts: 'WARNING', requests: true }
  expect(await change(visitor, { anchor: 'main', alerts: 'WARNING', requests: true })).toEqual(chosen)
  expect(await read(visitor)).toEqual([chosen])
})

it.each(['test', 'none'])('refuses an operator of another anchor for %s', async (anchor) => {
  const visitor = await signedIn(admin, 'operator')
  const document =
    'mutation ($input: UpdateNotificationsInput!) { updateNotifications(input: $input) { __typename } }'
  const { errors } = await visitor.execute(document, { input: { anchor, alerts: 'NONE' } })
  expect(errors?.[0]).toMatchObject({
    message: `There is no anchor "${anchor}" in which you have a role.`,
    extensions: { code: 'NOT_FOUND' },
  })
  expect(
    await admin.server.installation.notificationRule.count({ where: { user: { username: 'operator' } } }),
  ).toBe(0)
})
