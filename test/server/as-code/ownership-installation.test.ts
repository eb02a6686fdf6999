/** Tests that schedules, mirrors and what the file of the installation describes change in the files alone. */
import { expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { schedulesInFile } from '#test/helpers/schedule.ts'
import { apply, fileOf, planOf } from './configured.ts'
import { applyInstallation, installationOf, planInstallation } from './configured-installation.ts'

const admin = adminInFile()
const schedules = schedulesInFile(admin)
const HOOK = 'http://127.0.0.1:1/secret/path'
const MIRROR = 'http://127.0.0.1:2'
const IN_FILE = 'describedIn { file }'
const inFile = { describedIn: { file: '1.yaml' } }
const SUCCEEDED = { state: 'SUCCEEDED' }
const mutate = (name: string, input: object, selection = '__typename') =>
  admin.mutate(name, input, selection, 'admin')

it('a schedule of a file', { tags: 'mutation/updateSchedule/ConflictError' }, async () => {
  const file = fileOf({ schedules: [{ name: 'prune', cron: '5 4 * * *' }] } as never)
  expect(await apply(admin, file)).toMatchObject(SUCCEEDED)
  expect(await mutate('updateSchedule', { name: 'prune', cron: '* * * * *' })).toMatchObject({
    code: 'CONFLICT',
    message: 'The file 1.yaml says this of prune: cron. Change it there.',
  })
  expect(await mutate('updateSchedule', { name: 'prune', enabled: true }, IN_FILE)).toMatchObject(inFile)
})

it('a mirror of a file', { tags: 'mutation/removeMirror/ConflictError' }, async () => {
  await admin.server.db.mirror.create({
    data: { url: MIRROR, state: 'CURRENT', since: new Date(), checkedAt: new Date() },
  })
  expect(await apply(admin, fileOf({ mirrors: [{ url: MIRROR }] } as never))).toMatchObject(SUCCEEDED)
  const { id } = await admin.server.db.mirror.findFirstOrThrow()
  const { data } = await admin.execute(`{ mirrors { ${IN_FILE} } }`, {}, 'viewer')
  expect(data.mirrors).toEqual([inFile])
  expect(await mutate('removeMirror', { id: btoa(`Mirror:${id}`) }, '')).toMatchObject({
    code: 'CONFLICT',
    message: `The file 1.yaml describes ${MIRROR}. Remove it there.`,
  })
})

it('a webhook of the installation, whose path no message shows', {
  tags: 'mutation/removeWebhook/ConflictError',
}, async () => {
  const file = installationOf({ webhooks: [{ url: HOOK, description: 'As described', active: true }] })
  expect(await applyInstallation(admin, file)).toMatchObject(SUCCEEDED)
  const row = await admin.server.installation.webhook.findFirstOrThrow()
  const id = btoa(`Webhook:${row.id}`)
  const refused = await mutate('updateWebhook', { id, description: 'Other' })
  expect(refused.message).toBe(
    'The file 1.yaml says this of http://127.0.0.1:1 (1): description. Change it there.',
  )
  expect((await mutate('removeWebhook', { id }, '')).message).toBe(
    'The file 1.yaml describes http://127.0.0.1:1 (1). Remove it there.',
  )
  const changed = await mutate('updateWebhook', { id, active: false }, `webhook { ${IN_FILE} }`)
  expect(changed.webhook).toEqual(inFile)
  expect((await planInstallation(admin, file)).warnings).toMatchObject([
    { message: expect.stringContaining('admin withdrew this webhook outside of the files') },
  ])
  expect(await schedules.run('compare-files')).toMatch(/, 1 of them different\.$/)
  const { data } = await admin.execute('{ alerts { message } }')
  expect(JSON.stringify(data)).toContain('the webhook http://127.0.0.1:1 (active)')
  expect(JSON.stringify(data)).not.toContain('secret')
})

it('the protection of the installation', async () => {
  const file = installationOf({ protection: { validForHours: 50 } })
  expect(await applyInstallation(admin, file)).toMatchObject(SUCCEEDED)
  expect((await mutate('updateProtection', { validForHours: 5 })).message).toMatch(
    /says this of the installation: validForHours\./,
  )
  expect(await mutate('updateProtection', { breakGlassHours: 5 }, IN_FILE)).toMatchObject(inFile)
})

it('an anchor of the installation, which can always be paused', async () => {
  const anchor = { slug: 'edu', entityId: `${admin.entityId}/edu` }
  const served = installationOf({ anchors: [{ ...anchor, paused: false }] })
  expect(await applyInstallation(admin, served)).toMatchObject(SUCCEEDED)
  const named = { anchor: 'edu' }
  expect((await mutate('removeTrustAnchor', named)).message).toContain('Remove it there.')
  expect(await mutate('pauseTrustAnchor', named)).toMatchObject({ __typename: 'PauseTrustAnchorSuccess' })
  expect((await planInstallation(admin, served)).warnings).toMatchObject([
    { message: expect.stringContaining('admin withdrew this anchor outside of the files') },
  ])
  expect(
    await applyInstallation(admin, installationOf({ anchors: [{ ...anchor, paused: true }] })),
  ).toMatchObject(SUCCEEDED)
  expect((await mutate('resumeTrustAnchor', named)).message).toMatch(/: paused\. Change it there\.$/)
  expect(await applyInstallation(admin, served)).toMatchObject(SUCCEEDED)
  expect(await planInstallation(admin, served)).toMatchObject({ faults: [], steps: [] })
})

it('the files of an anchor release nothing of the installation', async () => {
  const file = `${installationOf({ protection: { validForHours: 60 } })}`
  expect(await applyInstallation(admin, file)).toMatchObject(SUCCEEDED)
  const { faults } = await planOf(admin, fileOf({ settings: { displayName: 'Federation' } }))
  expect(faults).toEqual([])
  expect(
    await apply(admin, fileOf({ settings: { displayName: 'Federation' } }), { anchor: 'main' }),
  ).toMatchObject(SUCCEEDED)
  expect((await mutate('updateProtection', { validForHours: 5 })).message).toMatch(/validForHours/)
})
