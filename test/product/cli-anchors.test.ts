/** Tests every command about one anchor for one of two anchors: it changes and shows nothing of the other one. */
import { join } from 'node:path'
import type { Command } from 'commander'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Anchor } from '#server/anchors/anchor.ts'
import { table } from '#server/cli/api/table.ts'
import { loadProgram } from '#server/cli/program.ts'
import { type Caller, cliCaller } from '#server/identity/caller.ts'
import type { RequestInput } from '#server/services/request/input.ts'
import { anchorPlace } from '#store/anchors.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { relyingParty, startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { type OldInmor, startOldInmor } from '#test/helpers/old-inmor.ts'
import { type Slug, stateOf } from './anchor-state.ts'
import { type Named, ofInstallation, rows, TYPE } from './cli-anchor-rows.ts'
import { runFor } from './command.ts'

const choices = 'There are several anchors. Name one with --anchor or INMOR_ANCHOR: main, test.'

/** Both by slug, with the same member, type and mark, and each with a member and a type of its own. */
let anchors: Record<Slug, Anchor>
let member: TestEntity
let own: Record<Slug, TestEntity>
let old: Record<Slug, OldInmor>
const organizationIds: Record<Slug, string> = { main: '', test: '' }
const requestIds: Record<Slug, string> = { main: '', test: '' }

const slugs = ['main', 'test'] as const
const other = (slug: Slug): Slug => (slug === 'main' ? 'test' : 'main')
const ownType = (slug: Slug) => `https://ta.example.org/marks/only-${slug}`

const admin = adminInFile()
beforeAll(async () => {
  anchors = { main: admin.server.anchors.first, test: await makeAnchor(admin, 'test') }
  const startMember = (hints: string[]) => startEntity({ metadata: relyingParty, authorityHints: hints })
  const [main, tested] = [anchors.main.entityId, anchors.test.entityId]
  member = await startMember([main, tested])
  own = { main: await startMember([main]), test: await startMember([tested]) }
  for (const slug of slugs) {
    const { subordinates, organizations, requests, trustMarkTypes, trustMarks } = anchors[slug].services
    const caller = cliCaller('test')
    const { id: organizationId } = await organizations.create(caller, { name: `Only ${slug}` })
    await subordinates.register(caller, { entityId: member.id })
    await subordinates.register(caller, { entityId: own[slug].id, organizationId })
    const asked = { kind: 'WITHDRAW', entityId: own[slug].id, organizationId } as const
    if (slug === 'main') await withdrawn(anchors[slug], asked) // so that the other one has not this number
    requestIds[slug] = String((await requests.submit(organizationMember, asked)).id)
    organizationIds[slug] = String(organizationId)
    for (const each of [TYPE, ownType(slug)]) await trustMarkTypes.create(caller, { type: each })
    await trustMarks.issue(caller, { trustMarkType: TYPE, entityId: member.id })
    await anchors[slug].publisher.flush()
  }
  const startOld = ({ entityId, slug }: Anchor) =>
    startOldInmor(entityId, anchorPlace(admin.config, slug).keysDirectory)
  old = { main: await startOld(anchors.main), test: await startOld(anchors.test) }
  for (const slug of slugs) await old[slug].publishConfiguration({ organization_name: `Old ${slug}` })
})
afterAll(async () => {
  await Promise.all([member, own.main, own.test].map((entity) => entity.close()))
  await Promise.all([old.main.close(), old.test.close()])
})

const organizationMember: Caller = { ...cliCaller('member'), method: 'session', role: null }

async function withdrawn({ services: { requests } }: Anchor, asked: RequestInput): Promise<void> {
  const { id } = await requests.submit(organizationMember, asked)
  await requests.withdraw(organizationMember, { id })
}

const run = (args: readonly string[], variables: Record<string, string> = {}) =>
  runFor(admin, args, variables)

const kidOf = async (slug: Slug, state: string) =>
  (await anchors[slug].db.signingKey.findFirst({ where: { state } }))?.kid ?? 'none'

function named(slug: Slug): Named {
  const { keysDirectory } = admin.config
  return {
    slug,
    entityId: anchors[slug].entityId,
    organizationId: organizationIds[slug],
    requestId: requestIds[slug],
    backup: join(keysDirectory, '..', `${slug}-${process.pid}.backup`),
    keysDirectory: anchorPlace(admin.config, slug).keysDirectory,
    oldRedisUrl: old[slug].redis.url,
    kidOf: (state) => kidOf(slug, state),
  }
}

/** Commands without further ones below them, by name. */
function leavesOf(command: Command, path: string[] = []): [name: string, command: Command][] {
  if (command.commands.length === 0) return [[path.join(' '), command]]
  return command.commands.flatMap((each) => leavesOf(each, [...path, each.name()]))
}

/** Those that the schema gives. */
const ofSchema = table.rows.map(({ noun, verb }) => `${noun} ${verb}`)
const isOwn = (name: string) => !ofSchema.includes(name)

test('every command of its own is about one anchor or about the installation', async () => {
  const leaves = leavesOf(await loadProgram()).filter(([name]) => isOwn(name))
  const hasOption = ([, { options }]: (typeof leaves)[number]) =>
    options.some(({ long }) => long === '--anchor')
  const [about, others] = [leaves.filter(hasOption), leaves.filter((leaf) => !hasOption(leaf))]
  expect(about.map(([name]) => name).sort()).toEqual(Object.keys(rows).filter(isOwn).sort())
  expect(others.map(([name]) => name).sort()).toEqual(Object.keys(ofInstallation).filter(isOwn).sort())
})

/** Runs a command for the anchor, which must show and change nothing of the other one. */
async function expectApart(slug: Slug, name: string, variables: Record<string, string> = {}): Promise<void> {
  const { args, shows = /^$/, code = 0 } = rows[name] ?? {}
  const before = await stateOf(admin, other(slug))
  const option = 'INMOR_ANCHOR' in variables ? [] : ['--anchor', slug]
  const answer = await run([...name.split(' '), ...((await args?.(named(slug))) ?? []), ...option], variables)
  const output = answer.stdout + answer.stderr
  expect(output).toMatch(shows)
  expect(answer.code, output).toBe(code)
  expect(output).not.toContain(own[other(slug)].id)
  expect(output).not.toContain(ownType(other(slug)))
  // The log of the first anchor is also that of the installation, where users are invited.
  if (name !== 'audit export') expect(output).not.toContain(`Only ${other(slug)}`)
  expect(await stateOf(admin, other(slug))).toEqual(before)
}

test.each(Object.keys(rows))('%s, for an anchor by its slug', (name) => expectApart('test', name))

test.each(['keys list', 'audit export', 'renewal start', 'subordinate change'])(
  '%s, for the first anchor by the identifier in INMOR_ANCHOR',
  (name) => expectApart('main', name, { INMOR_ANCHOR: anchors.main.entityId }),
)

// One that would choose an anchor without the option fails above, where the option names another one.
test('asks for the anchor', async () => {
  const before = await stateOf(admin, 'main')
  const delegate = await rows.delegate?.args?.(named('main'))
  expect(await run(['delegate', ...(delegate ?? [])])).toMatchObject({ code: 2 })
  const stderr = `${choices}\n`
  expect(await run(['import', '--redis', old.main.redis.url])).toEqual({ code: 1, stdout: '', stderr })
  const keys = await run(['keys', 'list'])
  expect(keys).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('main, test') })
  expect(await stateOf(admin, 'main')).toEqual(before)
})

test.each<[what: string, args: () => string[] | Promise<string[]>, sentence: RegExp]>([
  ['a key to retire', async () => ['keys', 'retire', await kidOf('main', 'CURRENT')], /^There is no key /],
  [
    'a key to revoke',
    async () => ['keys', 'revoke', await kidOf('main', 'CURRENT'), '--reason=x'],
    /^There is no key /,
  ],
  [
    'a member',
    () => ['subordinate', 'change', '--action=renew', '--entity-ids', own.main.id, '--follow'],
    /FAILED: http:\S+ is not registered\.\nFAILED: 0 done, 1 failed/,
  ],
  [
    'an organization',
    () => ['organization', 'update', organizationIds.main, '--note=x'],
    /^There is no such organization\./,
  ],
  [
    'people of an organization',
    () => ['organization', 'invite', organizationIds.main, '--email=eve@x.example'],
    /^There is no such organization\./,
  ],
  ['a request', () => ['request', 'refuse', requestIds.main, '--reason=x'], /^There is no such request\./],
  [
    'a Trust Mark type',
    () => ['mark', 'reissue', '--trust-mark-type', ownType('main')],
    /^There is no Trust Mark type /,
  ],
])('finds nothing for %s of the other anchor', async (_what, args, sentence) => {
  const before = await stateOf(admin, 'main')
  const { code, stdout, stderr } = await run([...(await args()), '--anchor=test'])
  expect(stdout + stderr).toMatch(sentence)
  expect(code).toBe(1)
  expect(await stateOf(admin, 'main')).toEqual(before)
})

test('refuses an unknown anchor, and names the known ones', async () => {
  const stderr = 'There is no anchor prod. Use one of: main, test.\n'
  expect(await run(['audit', 'export'], { INMOR_ANCHOR: 'prod' })).toEqual({ code: 1, stdout: '', stderr })
  const keys = await run(['keys', 'list', '--anchor=prod'], { INMOR_ANCHOR: 'test' })
  expect(keys).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no anchor "prod"') })
})

test('needs an anchor or the value itself to make a key or a delegation', async () => {
  const keygen = await run(['keygen', '--type=ES256'])
  expect(keygen).toEqual({ code: 2, stdout: '', stderr: 'Set --output or --anchor.\n' })
  const both = await run(['keygen', '--type=ES256', '--output=/nowhere', '--anchor=test'])
  expect(both.stderr).toContain("option '--output <directory>' cannot be used with option '--anchor <name>'")
})

test('lists the anchors', async () => {
  const [main, tested] = [anchors.main.entityId, anchors.test.entityId]
  const { stdout } = await run(['anchor', 'list'])
  expect(stdout).toMatch(RegExp(`^SLUG .*\nmain +${main} .* 2\ntest +${tested} .* 2\n$`))
})

test('exports the entries of all anchors, each with its anchor', async () => {
  const { stdout } = await run(['audit', 'export'])
  const entries = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(new Set(entries.map(({ anchor }) => anchor))).toEqual(new Set([null, 'test']))
  expect(entries).toHaveLength(await admin.server.installation.auditEvent.count())
})

test.each(Object.entries(ofInstallation))('%s needs no anchor', async (name, args) => {
  if (args) expect(await run([...name.split(' '), ...args])).toMatchObject({ code: 0, stderr: '' })
})
