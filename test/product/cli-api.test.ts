/** Tests the commands of the API that change something or follow it, each far and near. */
import { userInfo } from 'node:os'
import { describe, expect, test } from 'vitest'
import { servedStatement, startLeaf } from '#test/helpers/subordinate.ts'
import { answerWith, startReceiver } from '#test/server/webhook/receiver.ts'
import { protect } from '../server/protection/people.ts'
import { apiCommandsInFile, linesOf, objectsOf, succeed } from './api-commands.ts'

const unknown = 'https://unknown.example.org'

const { admin, far, near } = apiCommandsInFile()
const leaf = () => startLeaf(admin)
const newest = () => admin.server.installation.auditEvent.findFirst({ orderBy: { id: 'desc' } })

describe.each([
  ['far', far, 'admin', 'api_key'],
  ['near', near, `cli:${userInfo().username}`, 'cli'],
])('%s', (place, run, actor, method) => {
  const name = `University ${place}`

  test('an object is created, shown by name, number and id, changed, and removed', async () => {
    const contacts = '[{"role": "TECHNICAL", "email": "ops@lu.example"}]'
    const tags = ['--tags=pilot', '--tags=two words']
    const given = [`--name=${name}`, '--country=SE', '--note=a note', '--contacts', contacts, ...tags]
    const created = await succeed(run, ['organization', 'create', ...given])
    const [, number = ''] =
      /^id: +(\d+)\nname: +University \w+\ncountry: +SE\nactive: +true\n/.exec(created) ?? []
    expect(await newest()).toMatchObject({
      action: 'createOrganization',
      actor,
      method,
      outcome: 'SUCCEEDED',
    })
    const shown = JSON.parse(await succeed(run, ['organization', 'show', name, '--json']))
    expect(shown).toMatchObject({
      name,
      note: 'a note',
      tags: ['pilot', 'two words'],
      contacts: [{}],
      version: 1,
    })
    expect(JSON.parse(await succeed(run, ['organization', 'show', number, '--json']))).toEqual(shown)
    const facts = await succeed(run, ['organization', 'show', shown.id])
    expect(facts).toMatch(/^note: +a note$/m)
    expect(facts).toMatch(/^contacts: +\{"email":"ops@lu\.example"/m)

    const update = ['organization', 'update', name, '--no-active', '--unset', 'note', 'country', '--json']
    expect(JSON.parse(await succeed(run, [...update, '--version=1']))).toMatchObject({
      ...{ active: false, note: null, country: null, version: 2 },
    })
    const stale = await run([...update, '--version=1'])
    expect(stale).toMatchObject({ code: 1, stdout: '' })
    expect(stale.stderr).toBe('Someone else changed it. Reload and try again. (CONFLICT at version)\n')
    await succeed(run, ['organization', 'remove', number])
    const gone = await run(['organization', 'show', name])
    const stderr = `There is no Organization with the name "${name}". (NOT_FOUND)\n`
    expect(gone).toEqual({ code: 1, stdout: '', stderr })
  })

  test('a run that does not exist cannot be followed', async () => {
    const stderr = 'There is no run with this id. (NOT_FOUND at runId)\n'
    expect(await run(['run', 'follow', '999'])).toEqual({ code: 1, stdout: '', stderr })
  })

  test('subordinates are registered from a file of lines, of which one fails', async () => {
    const [one, two] = [await leaf(), await leaf()]
    const input = [one.id, unknown, two.id].map((entityId) => JSON.stringify({ entityId })).join('\n')
    const { code, stdout, stderr } = await run(
      ['subordinate', 'register', '--from=-', '--note=many', '--json'],
      input,
    )
    expect(code).toBe(1)
    expect(objectsOf(stdout)).toMatchObject([{ entityId: one.id, note: 'many' }, { entityId: two.id }])
    expect(stderr).toMatch(/^https:\/\/unknown.* \(ENTITY_REJECTED at entityId\)\n {2}Publishes an /)
    expect(stderr).toMatch(/\nFailed: 1\.\n$/)
    expect(await servedStatement(admin, one.id)).toMatchObject({ sub: one.id })

    const renewed = await succeed(run, ['subordinate', 'renew', one.id])
    expect(renewed).toMatch(RegExp(`^entity id: +${one.id}\nstate: +ACTIVE\n`))
    const exported = await succeed(run, ['subordinate', 'export', '--search', two.id])
    const remove = ['subordinate', 'remove', two.id, '--no-revoke-trust-marks']
    await succeed(run, remove)
    await succeed(run, ['subordinate', 'register', '--from=-'], exported)
    expect(await succeed(run, ['subordinate', 'show', two.id, '--only=note'])).toBe('many\n')
    await succeed(run, remove)
  })

  test('a list has columns, filters, an order and a limit', async () => {
    const listed = linesOf(await succeed(run, ['subordinate', 'list', '--state=active']))
    expect(listed[0]).toMatch(/^ENTITY ID +STATE +DISPLAY NAME +ORGANIZATION NAME +LAST CHECKED AT$/)
    const at = listed[0]?.indexOf('STATE') ?? 0
    for (const line of listed.slice(1)) expect(line.slice(at)).toMatch(/^ACTIVE /)
    const args = ['audit', 'list', '--actions=register-subordinate', '--limit=1', '--json']
    expect(objectsOf(await succeed(run, args))).toMatchObject([{ action: 'REGISTER_SUBORDINATE' }])
    expect(await succeed(run, ['subordinate', 'list', '--state=failing'])).toMatch(/^ENTITY ID .*\n$/)
    expect(await succeed(run, ['subordinate', 'list', '--state=failing', '--json'])).toBe('')
  })

  test('a webhook prints its secret once; a delivery that fails is a failure', async () => {
    const { url, trust, answer } = await startReceiver()
    const created = await succeed(run, ['webhook', 'create', `--url=${url}`, '--events=await-entity'])
    trust(/^secret: +(whsec_\S+)$/m.exec(created)?.[1] ?? '')
    expect(await succeed(run, ['webhook', 'test', url])).toMatch(/^state: +DELIVERED$/m)
    answer(answerWith(500))
    const failed = await run(['webhook', 'test', url])
    expect(failed).toMatchObject({ code: 1, stderr: 'It has failed.\n' })
    expect(failed.stdout).toMatch(/^state: +FAILED$/m)
    expect(await succeed(run, ['webhook', 'list'])).not.toContain('whsec_')
    const deliveries = ['delivery', 'list', '--webhook-id', url, '--state=failed', '--json']
    expect(objectsOf(await succeed(run, deliveries))).toMatchObject([{ state: 'FAILED' }])
    await succeed(run, ['webhook', 'remove', url])
  })

  test('a run is followed from the command that starts it, and later', async () => {
    const { id } = await leaf()
    await succeed(run, ['subordinate', 'register', '--entity-id', id])
    const change = ['subordinate', 'change', '--action=update', '--changes={"validFor": 48}', '--follow']
    const followed = await succeed(run, [...change, '--entity-ids', id])
    expect(followed).toMatch(RegExp(`\n${id} \\.\\.\\. OK\nSUCCEEDED: 1 done, 0 failed\\.\n$`))
    const [, number = ''] = /^id: +(\d+)$/m.exec(followed) ?? []
    const again = await succeed(run, ['run', 'follow', number, '--json'])
    expect(objectsOf(again)).toMatchObject([
      { resource: id, ok: true },
      { state: 'SUCCEEDED', done: 1 },
    ])
    const bad = await run([...change, '--entity-ids', unknown])
    expect(bad).toMatchObject({ code: 1, stderr: 'No item succeeded: 1 failed. Each says why.\n' })
    expect(bad.stdout).toContain(`${unknown} ... FAILED: It is not registered.\n`)
  })

  test('settings, policy and checks are shown and set, with JSON as text or from standard input', async () => {
    await succeed(run, ['settings', 'set', '--statement-hours=24'])
    const settings = await succeed(run, ['settings', 'show'])
    expect(settings).toMatch(/^statement hours: +24$/m)
    expect(settings).toMatch(/^entity configuration\.expires at: +\S+Z$/m)
    expect(settings).not.toMatch(/\{|eyJ/)
    const policy = { openid_relying_party: { contacts: { essential: false } } }
    const set = await succeed(run, ['policy', 'set', '--metadata-policy=@-'], JSON.stringify(policy))
    expect(set).toMatch(/^metadata policy\.openid_relying_party\.contacts\.essential: +false$/m)
    expect(JSON.parse(await succeed(run, ['policy', 'show', '--json']))).toEqual(policy)
    const preview = JSON.parse(await succeed(run, ['policy', 'preview', JSON.stringify(policy), '--json']))
    expect(preview).toMatchObject({ changed: 0, failing: 0 })
    const checks = '[{"check": "ON_LIST", "tags": ["pilot"]}]'
    await succeed(run, [
      'checks',
      'set',
      '--entity-type=openid_provider',
      '--checks',
      checks,
      '--no-approves',
    ])
    expect(await succeed(run, ['checks', 'list'])).toMatch(/\nopenid_provider +- +false +\d+\n$/)
  })

  test('a policy with which members stop to resolve is not set before its effect was read', async () => {
    const { id } = await leaf()
    await succeed(run, ['subordinate', 'register', `--entity-id=${id}`])
    const before = await succeed(run, ['policy', 'show', '--json'])
    const policy = JSON.stringify({ openid_relying_party: { policy_uri: { essential: true } } })
    const preview = await succeed(run, ['policy', 'preview', policy])
    const [numbers = '', cause = '', title = '', ...names] = linesOf(preview)
    const [, stops = ''] = /^Members: (\d+) stop to resolve, 0 start to, 0 change\.$/.exec(numbers) ?? []
    expect(cause).toMatch(RegExp(`^Stop to resolve: ${stops} members?\\. .*policy_uri: essential requires`))
    expect(title).toBe('Who stops, openid_relying_party.policy_uri:')
    expect(names).toContain(`  ${id}`)
    expect(names).toHaveLength(Number(stops))

    const set = ['policy', 'set', '--metadata-policy', policy]
    const refused = `Nothing was changed: ${stops} would stop to resolve. Give --yes to set it anyway.\n`
    expect(await run(set)).toEqual({ code: 1, stdout: '', stderr: preview + refused })
    expect(await run([...set, '--yes', '--dry-run'])).toEqual({ code: 0, stdout: '', stderr: preview })
    expect(await succeed(run, ['policy', 'show', '--json'])).toBe(before)
    expect(await run([...set, '--yes', '--reason=As agreed.'])).toMatchObject({ code: 0, stderr: preview })
    expect(await newest()).toMatchObject({ action: 'updateFederationPolicy', reason: 'As agreed.' })
    expect(await run(['policy', 'set', '--unset', 'metadata-policy'])).toMatchObject({ code: 0 })
  })

  test('a change that a second person must approve ends with 3 and the id of the approval, if a key asks', async () => {
    await protect(admin, ['ANCHOR'])
    try {
      const { code, stdout, stderr } = await run(['policy', 'set', '--unset=metadata-policy'])
      const isFar = place === 'far'
      expect({ code, stderr }).toMatchObject({
        code: isFar ? 3 : 1,
        stderr: expect.stringMatching(/^A second person must/),
      })
      if (!isFar) return expect(stdout).toBe('')
      const id = stdout.trim()
      expect(await succeed(run, ['approval', 'show', id])).toMatch(/^mutation: +updateFederationPolicy$/m)
      await succeed(run, ['approval', 'refuse', id])
    } finally {
      await protect(admin, [])
    }
  })

  test.each([
    [['subordinate', 'register'], 'Give --entity-id.\n'],
    [['subordinate', 'renew'], 'Give <id>.\n'],
    [
      ['subordinate', 'register', '--entity-id=x', '--jwks={'],
      '--jwks is not JSON. Give JSON, or @ and the name of a file of JSON.',
    ],
    [['subordinate', 'list', '--state=ill'], 'Allowed choices are ACTIVE,'],
    [['subordinate', 'list', '--limit=0'], 'Enter a whole number, at least 1.'],
    [['subordinate', 'register', '--from=/nowhere/x'], '/nowhere/x cannot be read: '],
    [['subordinate', 'register', '--from=-'], 'Standard input is not JSON, nor has it JSON on each line.'],
    [['organization', 'bend'], "unknown command 'bend'"],
    [['organization', 'create', '--name=x', '--only=nothing'], 'There is no field nothing.'],
  ])('%j is wrong usage', async (args, sentence) => {
    const { code, stdout, stderr } = await run(args, '{"entityId":')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(sentence)
  })
})
