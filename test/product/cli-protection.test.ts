/** Tests the command line under protection: it does nothing while it is switched off, and is named when it does. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { operationNames } from '#server/services/protection/operation.ts'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { startOldInmor } from '#test/helpers/old-inmor.ts'
import { fill, TYPE, UNUSED_TYPE } from '../server/protection/filled.ts'
import { readState } from '../server/protection/installation-state.ts'
import { addAdministrators, approve, protect, waiting } from '../server/protection/people.ts'
import { commandsFor, runFor } from './command.ts'
import { fillOldInmor } from './old-federation.ts'

const admin = adminInFile()
const old = inFile(() => startOldInmor(admin.entityId, admin.config.keysDirectory))
const commands = inFile(() => commandsFor(admin))
const people = inFile(() => addAdministrators(admin))

const REFUSAL = /A second person must approve this change\./

it('changes nothing that is protected while it is switched off', async () => {
  const filled = await fill(admin)
  const { leaf } = filled
  const federation = await fillOldInmor(old, admin)
  const requestId = atob(filled.request).split(':')[1] ?? ''
  const backup = join(admin.config.keysDirectory, 'anchor.backup')
  await commands.succeed(['backup', '--anchor=test', `--output=${backup}`])
  await admin.mutate('removeTrustAnchor', { anchor: 'test' }, '__typename', 'admin')
  await protect(admin, operationNames)
  const before = await readState(admin)
  const main = '--anchor=main'
  const change = (action: string, ...words: string[]) => [
    'subordinate',
    'change',
    `--action=${action}`,
    '--filter={}',
    ...words,
    main,
  ]
  for (const args of [
    ['keys', 'switch', '--override-reason=Now.', main],
    ['keys', 'revoke', filled.kidUnused, '--reason=compromised', main],
    ['keys', 'retire', filled.kidInUse, '--accept-copies', main],
    ['rollover', 'set', '--months=12', main],
    ['user', 'create', '--username=dave', '--role=admin'],
    ['user', 'set-password', '--username=carol'],
    ['user', 'remove', 'carol'],
    ['user', 'reset-second-factor', 'carol'],
    ['request', 'approve', requestId, main],
    change('remove'),
    change('deactivate'),
    change('reactivate'),
    change('issue-trust-mark', `--trust-mark-type=${UNUSED_TYPE}`),
    change('revoke-trust-mark', `--trust-mark-type=${TYPE}`),
    change('update', '--changes={"metadataPolicy": {}}'),
    ['import', '--redis', old.redis.url, '--postgres', old.database.url, main],
    ['restore', backup, '--anchor=test'],
    ['audit', 'prune', `--before=${new Date().toISOString()}`],
  ]) {
    // A key cannot be retired before everything is published.
    await expect.poll(() => admin.server.db.outboxEntry.count()).toBe(0)
    const { code, stdout, stderr } = await commands.run(args)
    expect(code, `${args.join(' ')}: ${stdout} ${stderr}`).not.toBe(0)
    expect(`${stdout} ${stderr}`, args.join(' ')).toMatch(REFUSAL)
  }
  expect(await readState(admin)).toEqual(before)
  // One person would ask here, and approve in the console.
  expect(await admin.server.installation.approval.count()).toBe(0)
  expect(leaf.id).toBeTypeOf('string')
  await Promise.all([...federation.entities.values()].map((entity) => entity.close().catch(() => undefined)))
})

it('asks for it with an API key, and refuses no approval', async () => {
  await protect(admin, [])
  const made = { username: 'alice', name: 'laptop' }
  const { key } = await people.alice.visitor.mutate('createApiKey', made, 'key')
  await protect(admin, ['ACCESS'])
  const args = ['user', 'create', '--username=gina', '--role=viewer']
  const here = await commands.run(args)
  expect(here).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(REFUSAL) })
  expect(here.stderr).toContain('Set INMOR_URL and INMOR_KEY')
  const asked = await runFor(admin, args, { INMOR_URL: admin.adminUrl, INMOR_KEY: key })
  expect(asked).toMatchObject({ code: 3, stderr: expect.stringMatching(REFUSAL) })
  expect(await commands.fail(['approval', 'refuse', asked.stdout.trim()])).toContain(
    'Only a person can object to it',
  )
})

it('does what is protected while it is allowed, with a sentence, an entry and an alert', async () => {
  await protect(admin, ['ACCESS', 'ANCHOR'], { commandLine: true })
  const args = ['user', 'create', '--username=henry', '--role=viewer', '--password=@-', '--only=username']
  const { code, stdout, stderr } = await runFor(admin, args, {}, `${PASSWORD}\n`)
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'henry\n' })
  expect(stderr).toMatch(/^This change is protected and was made without a second person\./)
  const [created, bypass] = await commands.entries(2)
  expect(created).toMatchObject({ action: 'createUser', resource: 'henry' })
  expect(bypass).toMatchObject({
    action: 'bypassApproval',
    resource: 'henry',
    method: 'cli',
    after: { action: 'createUser', operations: ['ACCESS'] },
  })
  const { data } = await admin.execute('{ alerts(anchor: "main") { code message } }', {}, 'admin')
  expect(data.alerts).toContainEqual({
    code: 'APPROVAL_BYPASSED',
    message: expect.stringMatching(/^1 protected change was made .* on the command line of the server\.$/),
  })
})

it('verifies who approved what', async () => {
  await protect(admin, ['ANCHOR'])
  const answer = await people.alice.visitor.execute(
    'mutation { updateTrustAnchor(input: { anchor: "main", organizationName: "Signed" }) { __typename } }',
  )
  await approve(people.bob, waiting(answer))
  expect(await commands.succeed(['audit', 'verify', '--approvals'])).toMatch(
    /^\d+ entries, all intact\. 1 approval, each signed by a second person\.\nApproval \d+, updateTrustAnchor: asked for by alice, approved by bob at \S+ with the passkey \S+, known since \S+\.\nLast entry: \d+:[0-9a-f]{64}\n$/,
  )
})
