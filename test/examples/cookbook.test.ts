/**
 * Tests every example in its languages against one product and a small federation. Each is a program with the
 * variables that the documents name; all languages have to print the same.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import type { AdminClient } from '#server/demo/admin-client.ts'
import { folderInFile, inFile, inTest } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { startRelay } from '#test/helpers/relay.ts'
import {
  cookbookLanguages,
  type Environment,
  type Language,
  languages,
  type Name,
  play,
  start,
} from './example.ts'
import { type Role, startChat, startInstallation } from './installation.ts'

const directory = folderInFile('inmor-examples')
const installation = inFile(startInstallation)

const admin: AdminClient = (query, variables) => installation.admin(query, variables)
const environment = (role: Role): Environment => installation.environment(role)

type Member = { entityId: string; tags: string[]; note: string | null }
async function members(): Promise<Member[]> {
  const { subordinates } = await admin<{ subordinates: { edges: { node: Member }[] } }>(
    '{ subordinates(first: 100) { edges { node { entityId tags note } } } }',
  )
  return subordinates.edges.map(({ node }) => node)
}

/** Plays an example with a role that may do it, and gives its lines. */
async function lines(language: Language, name: Name, args: string[], role: Role, code = 0) {
  const answer = await play(language, name, args, environment(role))
  expect(answer, answer.stderr).toMatchObject({ code })
  return answer.stdout.trimEnd().split('\n')
}

/** A role that may not do it gets the code and a sentence alone, and nothing is changed. */
async function expectRefusal(language: Language, name: Name, args: string[], role: Role) {
  const { code, stdout, stderr } = await play(language, name, args, environment(role))
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^FORBIDDEN: An API key of the role .*\n$/)
}

test.each(languages)(
  'the first script registers a member and prints the progress of a renewal, in %s',
  async (language) => {
    const member = await installation.makeMember()
    await expectRefusal(language, 'first-script', [member], 'VIEWER')
    const [first, ...progress] = await lines(language, 'first-script', [member], 'OPERATOR')
    expect(first).toBe(`Registered ${member}: ACTIVE`)
    const all = (await members()).map(({ entityId }) => entityId)
    expect(all).toContain(member)
    const end = progress.pop()
    expect(progress.map((line) => line.replace(/^\d+/, '')).sort()).toEqual(
      all.map((id) => `/${all.length} ${id} ok`).sort(),
    )
    expect(end).toBe(`SUCCEEDED: ${all.length} renewed, 0 failed.`)
    const [again] = await lines(language, 'first-script', [member], 'OPERATOR')
    expect(again).toBe(`${member} is a member already.`)
  },
)

describe.each(cookbookLanguages)('in %s', (language) => {
  const file = (name: string) => join(directory, `${language}-${name}`)

  test('members of a CSV file are registered, and each failure is printed', async () => {
    const [one, other, foreign] = [
      await installation.makeMember(),
      await installation.makeMember(),
      await installation.makeMember('https://ta.other.example'),
    ]
    const rows = [
      'entityId,tags,note',
      `${one},pilot campus,"Called ""A"", first"`,
      `${other},,`,
      `${foreign},,`,
    ]
    await writeFile(file('members.csv'), `${rows.join('\r\n')}\r\n`)
    await expectRefusal(language, 'register-members', [file('members.csv')], 'VIEWER')
    const printed = await lines(language, 'register-members', [file('members.csv')], 'OPERATOR', 1)
    expect(printed.pop()).toBe('SUCCEEDED: 2 of 3 registered.')
    expect(printed.sort()).toEqual([
      expect.stringMatching(`^FAILED ${foreign}: .*authority_hints`),
      ...[`ok ${one}`, `ok ${other}`].sort(),
    ])
    const found = (await members()).filter(({ entityId }) => [one, other].includes(entityId))
    expect(found).toHaveLength(2)
    expect(found).toContainEqual({ entityId: one, tags: ['pilot', 'campus'], note: 'Called "A", first' })
    expect(found).toContainEqual({ entityId: other, tags: [], note: null })
  })

  test('the export replaces the file only when it is complete', async () => {
    const path = file('members.jsonl')
    await writeFile(path, 'the export of yesterday')
    const broken = await play(language, 'export-members', [path], {
      ...environment('VIEWER'),
      INMOR_KEY: 'no',
    })
    expect(broken.code).toBe(1)
    expect(broken.stderr).toContain('UNAUTHENTICATED: Sign in, or send an API key.')
    expect(await readFile(path, 'utf8')).toBe('the export of yesterday')
    const all = (await members()).map(({ entityId }) => entityId)
    expect(await lines(language, 'export-members', [path], 'VIEWER')).toEqual([
      `Exported ${all.length} members.`,
    ])
    const exported = (await readFile(path, 'utf8')).trimEnd().split('\n')
    expect(exported.map((line) => JSON.parse(line).entityId)).toEqual(all)
    expect(exported[0]).toMatch(/^\{"entityId":"[^"]+","displayName":"Test Relying Party","state":"ACTIVE",/)
  })

  test('the preview of a policy lists the members that would stop resolving', async () => {
    const all = (await members()).map(({ entityId }) => entityId)
    const policy = (names: string[]) =>
      JSON.stringify({ openid_relying_party: { client_name: { one_of: names } } })
    await writeFile(file('strict.json'), policy(['Another']))
    const printed = await lines(language, 'policy-preview', [file('strict.json')], 'VIEWER', 1)
    expect(printed.pop()).toBe(`${all.length} members would stop resolving.`)
    const reason = 'one_of does not allow "Test Relying Party". Allowed: "Another".'
    expect(printed.sort()).toEqual(
      all.map((id) => `${id}: openid_relying_party.client_name: ${reason}`).sort(),
    )
    await writeFile(file('mild.json'), policy(['Test Relying Party']))
    expect(await lines(language, 'policy-preview', [file('mild.json')], 'VIEWER')).toEqual([
      '0 members would stop resolving.',
    ])
  })

  test('the mirror of the audit log goes on after its last entry, and notices a gap', async () => {
    const path = file('audit.jsonl')
    const count = async () =>
      (await admin<{ auditEvents: { totalCount: number } }>('{ auditEvents { totalCount } }')).auditEvents
        .totalCount
    const before = await count()
    expect(await lines(language, 'mirror-audit-log', [path], 'VIEWER')).toEqual([
      `Mirrored ${before} entries.`,
    ])
    await admin('mutation { rebuildPublication { __typename } }')
    const added = (await count()) - before
    expect(added).toBeGreaterThan(0)
    expect(await lines(language, 'mirror-audit-log', [path], 'VIEWER')).toEqual([
      `Mirrored ${added} entries.`,
    ])
    expect(await lines(language, 'mirror-audit-log', [path], 'VIEWER')).toEqual(['Mirrored 0 entries.'])
    const mirrored = (await readFile(path, 'utf8')).trimEnd().split('\n')
    const entries = mirrored.map((line) => JSON.parse(line))
    expect(entries.map(({ previousHash }) => previousHash).slice(1)).toEqual(
      entries.map(({ hash }) => hash).slice(0, -1),
    )
    expect(entries[0]).toMatchObject({ action: 'CREATE_USER', resource: 'admin' })

    const last = JSON.stringify({ ...entries.at(-2), hash: 'another' })
    await writeFile(path, `${[...mirrored.slice(0, -2), last].join('\n')}\n`)
    const { code, stderr } = await play(language, 'mirror-audit-log', [path], environment('VIEWER'))
    expect(code).toBe(1)
    expect(stderr).toContain('Entries are missing before ')
  })

  test('a key is announced, waits for the caches, and signs', async () => {
    await expectRefusal(language, 'rotate-key', ['ES256', '0'], 'VIEWER')
    const step = async (...args: string[]) => (await lines(language, 'rotate-key', args, 'ADMIN')).at(-1)
    expect(await step('ES256', '90')).toMatch(/^[\w-]{43} signs since \S+Z\.$/)
    const [, kid] = (await step('ES256', '0'))?.match(/^Announced ([\w-]{43})\.$/) ?? []
    expect(kid).toBeDefined()
    expect(await step('ES256', '0')).toMatch(/^Until \S+Z caches may hold an Entity Configuration without /)
    expect(await step('ES256', '0', '--now', 'It’s a "drill".')).toBe(`Signing with ${kid}.`)
    const after = await lines(language, 'rotate-key', ['ES256', '90'], 'ADMIN')
    expect(after[0]).toMatch(/^Everything published is re-signed, but until \S+Z /)
    expect(after.at(-1)).toMatch(`${kid} signs since `)
  })
})

/** Alerts are looked at every five seconds, and other tests may keep the machine busy. */
const soon = (assertion: () => void) => vi.waitFor(assertion, patience)

test('alerts reach a chat once, also after a lost connection, until the key is revoked', async () => {
  const relay = await inTest(startRelay(installation.adminUrl))
  const { key, id } = await installation.makeKey('VIEWER')
  const running = await Promise.all(
    cookbookLanguages.map(async (language) => {
      const chat = await startChat()
      const variables = { INMOR_URL: relay.url, INMOR_KEY: key, CHAT_URL: chat.url }
      return { ...chat, language, program: start(language, 'alerts-to-chat', [], variables) }
    }),
  )
  const turnOff = (name: string) =>
    admin(`mutation { updateSchedule(input: { name: "${name}", enabled: false }) { __typename } }`)
  const text = (name: string) => expect.stringContaining(`WARNING SCHEDULE_OFF: The schedule ${name} is off.`)
  const all = () => running.map(({ texts }) => texts)

  await turnOff('renew-subordinates')
  await soon(() => expect(all()).toEqual(cookbookLanguages.map(() => [text('renew-subordinates')])))
  const before = relay.accepted()
  relay.cut()
  await soon(() => expect(relay.accepted()).toBeGreaterThanOrEqual(before + cookbookLanguages.length))
  await turnOff('renew-trust-marks')
  const both = cookbookLanguages.map(() => [text('renew-subordinates'), text('renew-trust-marks')])
  await soon(() => expect(all()).toEqual(both))

  await admin(`mutation { revokeApiKey(input: { id: "${id}" }) { __typename } }`)
  for (const { program, language } of running) {
    expect((await program.ended).code, language).toBe(1)
    expect(program.stderr(), language).toContain('UNAUTHENTICATED: Sign in, or send an API key.')
  }
  expect(all()).toEqual(both)
})
