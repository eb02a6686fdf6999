/** Tests `inmor request` and `inmor checks`: decisions about requests, and the checks of requests, by command. */
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConfigurationError } from '#federation/config/error.ts'
import { readChecks } from '#server/cli/checks-file.ts'
import { type Caller, cliCaller } from '#server/identity/caller.ts'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { relyingParty } from '#test/helpers/federation.ts'
import { servedStatement, startLeaf } from '#test/helpers/subordinate.ts'
import { type Commands, commandsFor } from './command.ts'

const actor = `cli:${userInfo().username}`
const anna = { name: 'anna@lu.example', displayName: 'Anna', email: 'anna@lu.example', role: null }
const member: Caller = { ...anna, method: 'session' }
const file = join(tmpdir(), `inmor-checks-${process.pid}.json`)

let admin: TestAdmin
let cli: Commands
let organizationId: number
beforeAll(async () => {
  admin = await startAdmin()
  cli = commandsFor(admin)
  const { organizations } = admin.server.services
  organizationId = (await organizations.create(cliCaller('test'), { name: 'Lund' })).id
})
afterAll(async () => {
  await admin.close()
  await rm(file, { force: true })
})

const leaf = () => startLeaf(admin, { metadata: relyingParty })

/** A request to register an entity. */
async function submit(message?: string) {
  const entity = await leaf()
  const input = { kind: 'REGISTER', entityId: entity.id, organizationId, message } as const
  const { id } = await admin.server.services.requests.submit(member, input)
  return { entity, id: String(id) }
}

describe('a request', () => {
  test('is listed, shown, returned, commented on and approved, which publishes the entity', async () => {
    const { entity, id } = await submit('Please\nregister\u001b[31m us')
    const listed = await cli.succeed(['request', 'list', '--open', '--kind=register', '--entity', entity.id])
    expect(listed).toMatch(
      new RegExp(`^${id}  waiting-for-operator  register  ${entity.id}  Lund  \\S+Z\\n1 request\\.\\n$`),
    )
    const question = ['--message=Which service is it?', '--if-version=1']
    expect(await cli.succeed(['request', 'return', id, ...question])).toBe(
      `Returned request ${id}: register ${entity.id}.\n`,
    )
    expect(await cli.entries()).toMatchObject([
      { action: 'returnRequest', actor, method: 'cli', resource: entity.id, outcome: 'SUCCEEDED' },
    ])
    expect(await cli.json(['request', 'comment', id, '--text=A note'])).toEqual({
      ...{ id: Number(id), state: 'WAITING_FOR_MEMBER', version: 3, isPublished: null },
    })
    const waiting = await cli.json(['request', 'list', '--state=waiting-for-member'])
    expect(waiting).toMatchObject([{ id: Number(id), organization: { name: 'Lund' } }])

    const shown = await cli.succeed(['request', 'show', id])
    expect(shown).toContain(`Request ${id}: register ${entity.id}\nState: waiting-for-member\n`)
    expect(shown).toContain(`Organization: Lund (${organizationId})\n`)
    expect(shown).toMatch(/\nChecks at the submission:\n(.*\n)* {2}PASSED {2}SIGNATURE {2}It is signed with/)
    expect(shown).toContain(
      'submitted  anna@lu.example (organization)\n    Please\n    register\uFFFD[31m us\n',
    )
    expect(shown).toContain(`returned  ${actor} (operators)\n    Which service is it?\n`)

    expect(await cli.succeed(['request', 'approve', id, '--message=Welcome.'])).toBe(
      `Approved request ${id}: register ${entity.id}.\nIt is published.\n`,
    )
    expect(await servedStatement(admin, entity.id)).toMatchObject({ sub: entity.id })
    expect(await cli.entries(2)).toMatchObject([
      { action: 'registerSubordinate', actor, resource: entity.id },
      { action: 'approveRequest', actor, resource: entity.id },
    ])
    const closed = await cli.fail(['request', 'approve', id])
    expect(closed).toBe('It was approved. Nothing more can be done with it.\n')
    expect(await cli.json(['request', 'show', id])).toMatchObject({
      ...{ state: 'APPROVED', organization: { id: organizationId, name: 'Lund' } },
      steps: [{ action: 'SUBMITTED' }, {}, {}, { action: 'APPROVED', text: 'Welcome.', actor }],
    })
  })

  test('about an entity that fails a check is not approved, and the sentence of the check is printed', async () => {
    const { entity, id } = await submit()
    entity.options.authorityHints = ['https://other.example.org']
    const sentence = await cli.fail(['request', 'approve', id])
    expect(sentence).toMatch(/^[^\n]*authority_hints[^\n]*\n$/)
    expect(await cli.entries()).toMatchObject(
      [
        { action: 'approveRequest', actor, resource: id, outcome: 'FAILED', reason: /^ENTITY_REJECTED: / },
      ].map((entry) => ({ ...entry, reason: expect.stringMatching(entry.reason) })),
    )
    expect(await cli.succeed(['request', 'show', id])).toMatch(
      /\nChecks at the approval:\n(.*\n)* {2}FAILED {2}AUTHORITY_HINT {2}/,
    )
    expect(await cli.succeed(['request', 'refuse', id, '--reason=It left.'])).toBe(
      `Refused request ${id}: register ${entity.id}.\n`,
    )
  })

  test.each([
    ['show', [], 'There is no such request.\n'],
    ['approve', [], 'There is no such request.\n'],
    ['refuse', ['--reason= '], 'Say why it is refused.\n'],
  ])('that is unknown: %s', async (name, args, sentence) => {
    expect(await cli.fail(['request', name, '999', ...args])).toBe(sentence)
  })

  test('of another state or kind is no choice', async () => {
    expect(await cli.fail(['request', 'list', '--state=open'])).toContain(
      'Allowed choices are waiting-for-operator, waiting-for-member, approved, refused, withdrawn.',
    )
  })
})

describe('checks', () => {
  const type = 'openid_relying_party'
  const set = ['checks', 'set', '--entity-type', type]

  test('are composed from a file and from standard input, listed, and then decide', async () => {
    await writeFile(file, JSON.stringify([{ check: 'ON_LIST', tags: ['pilot'], onFailure: 'REFUSE' }]))
    const line = `${type}  approves  version 1\n  ON_LIST  on failure: refuse  It is on a list of the operators\n`
    expect(await cli.succeed([...set, '--from', file, '--approves'])).toBe(line)
    expect(await cli.entries()).toMatchObject([
      { action: 'updateCheckPipeline', actor, method: 'cli', resource: type, outcome: 'SUCCEEDED' },
    ])
    expect(await cli.succeed(['checks', 'list'])).toBe(`${line}1 type.\n`)
    await expect(submit()).rejects.toThrow(/list/)

    const [{ checks }] = await cli.json(['checks', 'list'])
    expect(checks).toEqual([{ check: 'ON_LIST', onFailure: 'REFUSE', entityIds: [], tags: ['pilot'] }])
    const terms = { check: 'TERMS_ACCEPTED', text: 'Be kind.' }
    const both = JSON.stringify([...checks, terms])
    const changed = await cli.json([...set, '--from=-', '--no-approves', '--if-version=1'], both)
    expect(changed).toMatchObject({
      ...{ entityType: type, trustMarkType: null, approves: false, version: 2 },
      checks: [...checks, { ...terms, onFailure: 'REFUSE' }],
    })
  })

  test.each([
    ['not JSON', '[', / is not JSON\. /],
    ['no list', '{}', / is not a list of checks: .*expected array.*\.$/],
    ['an unknown check', '[{"check": "X"}]', / is not a list of checks: \[0\]\.check: .*\.$/],
    ['another field', '[{"check": "ON_LIST", "list": 1}]', /: \[0\]: Unrecognized key: "list"\.$/],
    [
      'a type that is no URL',
      '[{"check": "TRUST_MARKS_HELD", "trustMarkTypes": ["mark"]}]',
      /: \[0\]\.trustMarkTypes\[0\]: Invalid URL\.$/,
    ],
    ['text that cannot be stored', '[{"check": "TERMS_ACCEPTED", "text": "\\u0000"}]', /: \[0\]\.text .*\.$/],
  ])('are not read from a file with %s', async (_what, content, sentence) => {
    await writeFile(file, content)
    const error = await readChecks(file).catch((error: Error) => error)
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(String(error)).toMatch(sentence)
  })

  test.each([
    ['no type', ['checks', 'set', '--approves'], /^Set --entity-type or --trust-mark-type\.\n$/],
    ['a file that is not there', [...set, '--from=/nowhere/x'], /^\/nowhere\/x cannot be read\. /],
    ['a check that lacks what it needs', [...set, '--from', file], /^List at least one entity, or one tag /],
    [
      'an unknown Trust Mark type',
      ['checks', 'set', '--trust-mark-type=https://x.example/mark', '--approves'],
      /^There is no Trust Mark type https:\/\/x\.example\/mark\.\n$/,
    ],
  ])('are refused with %s', async (_what, args, sentence) => {
    await writeFile(file, '[{"check": "ON_LIST"}]')
    expect(await cli.fail(args)).toMatch(sentence)
  })
})
