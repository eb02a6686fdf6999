/** Tests `inmor organization`: organizations and their people, by command. */
import { userInfo } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cliCaller } from '#server/identity/caller.ts'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { startLeaf } from '#test/helpers/subordinate.ts'
import { type Commands, commandsFor } from './command.ts'

const actor = `cli:${userInfo().username}`

let admin: TestAdmin
let cli: Commands
beforeAll(async () => {
  admin = await startAdmin()
  cli = commandsFor(admin)
})
afterAll(() => admin.close())

const organization = (...args: string[]) => ['organization', ...args]

async function create(name: string, input: object = {}): Promise<string> {
  const { organizations } = admin.server.services
  return String((await organizations.create(cliCaller('test'), { name, ...input })).id)
}

const full = [
  ...['--identifier=202100-3211', '--scheme=https://bolagsverket.se', '--country=se', '--note=pays late'],
  ...['--contact=technical:OPS@lu.example:Operations', '--contact=security:cert@lu.example', '--tag=pilot'],
]

describe('an organization', () => {
  test('is created with every field, shown, and found by words', async () => {
    const created = await cli.succeed(organization('create', '--name=University of Lund', ...full))
    const [, id = ''] = /^Created organization (\d+), University of Lund\.\n$/.exec(created) ?? []
    expect(await cli.entries()).toMatchObject([
      { action: 'createOrganization', actor, method: 'cli', outcome: 'SUCCEEDED', anchor: null },
    ])
    expect(await cli.succeed(organization('show', id))).toBe(
      [
        `Organization ${id}: University of Lund`,
        'Identifier: 202100-3211 (https://bolagsverket.se)',
        'Country: SE',
        'State: active',
        'Anchors: main',
        'Members in this anchor: 0',
        'Home: main',
        'Tags: pilot',
        'Note: pays late',
        'Version: 1',
        'Contact: security  cert@lu.example',
        'Contact: technical  ops@lu.example  Operations\n',
      ].join('\n'),
    )
    await create('Uppsala', { active: false })
    const listed = await cli.succeed(organization('list', '--search', ' PILOT  lund '))
    expect(listed).toBe(`${id}  University of Lund  SE  active  0 members\n1 organization.\n`)
    const all = await cli.json(organization('list'))
    expect(all).toMatchObject([
      { name: 'University of Lund', country: 'SE', contacts: [{}, {}], tags: ['pilot'], members: 0 },
      { name: 'Uppsala', active: false, anchors: ['main'], version: 1 },
    ])
    expect(all[0]).not.toHaveProperty('tagKeys')
  })

  test('keeps the fields that an update does not name, resets others, and detects another change', async () => {
    const contacts = [{ role: 'TECHNICAL', email: 'ops@hb.example' }]
    const id = await create('Borås', { country: 'SE', note: 'a note', contacts })
    const update = [
      'update',
      id,
      '--name=Högskolan i Borås',
      '--reset=note',
      '--reset=contact',
      '--no-active',
    ]
    expect(await cli.succeed(organization(...update))).toBe(
      `Changed organization ${id}, Högskolan i Borås. It has version 2.\n`,
    )
    const changed = await cli.json(organization('update', id, '--active', '--if-version=2'))
    expect(changed).toMatchObject({
      ...{ name: 'Högskolan i Borås', country: 'SE', note: null, contacts: [], active: true, version: 3 },
    })
    const stale = await cli.fail(organization('update', id, '--country=NO', '--if-version=2'))
    expect(stale).toBe('Someone else changed it. Reload and try again.\n')
  })

  test('is removed once it has no members, and the failure before is recorded', async () => {
    const id = await create('Malmö')
    const { services, db } = admin.server
    const { id: entityId } = await startLeaf(admin)
    await services.subordinates.register(cliCaller('test'), { entityId, organizationId: Number(id) })
    expect(await cli.fail(organization('remove', id))).toBe(
      'Malmö has 1 member. Remove it or give it another organization first.\n',
    )
    expect(await cli.entries()).toMatchObject([
      {
        ...{ action: 'removeOrganization', actor, outcome: 'FAILED', resource: id },
        reason: expect.stringMatching(/^CONFLICT: Malmö has 1 member/),
      },
    ])
    await db.subordinate.updateMany({ data: { organizationId: null } })
    expect(await cli.json(organization('remove', id))).toEqual({ id: Number(id), name: 'Malmö' })
    expect(await cli.fail(organization('show', id))).toBe('There is no such organization.\n')
  })

  test.each([
    ['a country that is none', ['create', '--name=x', '--country=XX'], /^"XX" is not a country\. /],
    [
      'a contact of another role',
      ['create', '--name=x', '--contact=boss:a@x.example'],
      /technical, security/,
    ],
    ['a change of nothing', ['update', '1'], /^This changes nothing\. Give at least one option\.\n$/],
    ['a field set and reset', ['update', '1', '--note=x', '--reset=note'], /^Set note or reset it, but/],
    ['an id that is too large', ['show', '2147483648'], /Enter a number, as list shows it\./],
  ])('refuses %s', async (_what, args, sentence) => {
    expect(await cli.fail(organization(...args))).toMatch(sentence)
  })
})

describe('the people of an organization', () => {
  test('are invited by a link that is printed once, changed and removed', async () => {
    const id = await create('Lund people')
    const invited = await cli.succeed(organization('invite', id, '--email=Anna@lu.example', '--name=Anna'))
    const [, link = ''] = /^Invited anna@lu\.example\.\nInvitation: (\S+)\n$/.exec(invited) ?? []
    expect(link).toMatch(new RegExp(`^${admin.adminUrl}/invitation#[\\w-]{43}$`))
    expect(await cli.entries()).toMatchObject([
      { action: 'inviteMember', actor, resource: 'anna@lu.example', outcome: 'SUCCEEDED' },
    ])
    expect(await cli.succeed(organization('people', id))).toMatch(
      /^anna@lu\.example {2}Anna {2}may not invite {2}invited until \S+Z\n1 people\.\n$/,
    )
    const again = await cli.json(organization('invite', id, '--email=anna@lu.example', '--may-invite'))
    expect(again).toMatchObject({ username: 'anna@lu.example', mayInvite: true, isMailed: false })
    expect(again.invitation).not.toBe(link)

    const person = [id, 'anna@lu.example']
    expect(await cli.succeed(organization('update-person', ...person, '--no-may-invite'))).toBe(
      'anna@lu.example may not invite and remove people of the organization.\n',
    )
    expect(await cli.entries()).toMatchObject([
      { action: 'updateMember', actor, after: { mayInvite: false } },
    ])
    expect(await cli.succeed(organization('remove-person', ...person))).toBe(
      'anna@lu.example acts for the organization no more.\n',
    )
    expect(await cli.json(organization('people', id))).toEqual([])
  })

  test('join without a link when they have an account', async () => {
    const id = await create('Lund operators')
    const { installation } = admin.server
    await installation.user.updateMany({
      where: { username: 'viewer' },
      data: { username: 'v@x.example', email: 'v@x.example' },
    })
    expect(await cli.json(organization('invite', id, '--email=v@x.example'))).toEqual({
      ...{ username: 'v@x.example', name: expect.any(String), email: 'v@x.example', mayInvite: false },
      ...{ invitationExpiresAt: null, lastSignInAt: null },
    })
  })

  test.each([
    ['an address that is none', ['invite', '--email=anna'], /^This is not an e-mail/, 'inviteMember'],
    [
      'the user of no organization',
      ['update-person', 'admin', '--may-invite'],
      /^There is no such person in this organization\.\n$/,
      'updateMember',
    ],
  ])('cannot be %s, and the failure is recorded', async (_what, [name = '', ...args], sentence, action) => {
    const id = await create('Refusing')
    expect(await cli.fail(organization(name, id, ...args))).toMatch(sentence)
    expect(await cli.entries()).toMatchObject([{ action, actor, outcome: 'FAILED' }])
  })
})

test('an organization is admitted to another anchor, once', async () => {
  const id = await create('Kiruna')
  const { entityId } = await makeAnchor(admin, 'test')
  const admit = organization('admit', id, '--anchor=main', '--to')
  expect(await cli.succeed([...admit, entityId])).toBe('Admitted Kiruna to test.\n')
  expect(await cli.entries()).toMatchObject([{ action: 'admitOrganization', actor, anchor: 'test' }])
  const shown = await cli.json(organization('show', id, '--anchor=test'))
  expect(shown).toMatchObject({ anchors: ['main', 'test'] })
  expect(await cli.fail([...admit, 'test'])).toBe('Kiruna is in this anchor already.\n')
  expect(await cli.fail([...admit, 'prod'])).toBe('There is no anchor prod. Use one of: main, test.\n')
})
