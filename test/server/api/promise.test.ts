/** What `npm run check` refuses about a changed schema, REST API or command line. */
import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { namesOfCommands, namesOfRest, namesOfVariables, readNames } from './names.ts'
import { findBroken, findOverdue, findStale, findUndated, findUnnamed } from './promise.ts'

const before = `
  type Query { member(id: ID!, state: State): Member members(first: Int = 20): [Member!]! }
  type Member { name: String! note: String }
  enum State { ACTIVE INACTIVE }
  input Change { note: String days: Int = 7 }
  type Mutation { change(input: Change!): Member }`

const changelog = (entry: string) =>
  `# Changelog\n\n## [Unreleased]\n\n${entry}\n\n## [0.1.0] - 2026-11-25\n\nThe field \`Member.note\`.\n`

const rows: readonly (readonly [what: string, from: string, to: string, place: string])[] = [
  ['a removed field', 'note: String }\n  enum', '}\n  enum', 'Member.note'],
  ['a field that can be null', 'name: String!', 'name: String', 'Member.name'],
  ['a removed argument', ', state: State', '', 'Query.member.state'],
  [
    'a new argument that callers must send',
    'state: State)',
    'state: State, why: String!)',
    'Query.member.why',
  ],
  ['a removed value', ' INACTIVE', '', 'State.INACTIVE'],
  [
    'an input field that callers must send',
    'input Change { note: String',
    'input Change { note: String!',
    'Change.note',
  ],
  ['another default of an argument', 'first: Int = 20', 'first: Int = 10', 'Query.members.first'],
  ['another default of an input field', 'days: Int = 7', 'days: Int = 8', 'Change.days'],
  ['a default that is gone', 'days: Int = 7', 'days: Int', 'Change.days'],
  [
    'a removed mutation',
    'change(input: Change!): Member',
    'amend(input: Change!): Member',
    'Mutation.change',
  ],
]

it.each(rows)('refuses %s until the changelog names it', async (_what, from, to, place) => {
  const now = before.replace(from, to)
  expect(now).not.toBe(before)
  const faults = await findBroken(before, now, changelog('Other things.'))
  expect(faults).toHaveLength(1)
  expect(faults[0]).toContain(`name \`${place}\` in CHANGELOG, or keep it.`)
  expect(await findBroken(before, now, changelog(`\`${place}\` is gone.`))).toEqual([])
  expect(await findBroken(before, now, changelog('`schema.graphql` is another one.'))).toEqual([])
})

it('accepts what clients do not notice', async () => {
  const now = before
    .replace('note: String }\n  enum', 'note: String city: String }\n  enum')
    .replace('INACTIVE', 'INACTIVE FAILING')
    .replace('state: State)', 'state: State, city: String)')
  expect(await findBroken(before, now, changelog(''))).toEqual([])
})

it.each([
  ['no reason', '@deprecated', 1],
  ['no date', '@deprecated(reason: "Use name.")', 1],
  ['a date alone', '@deprecated(reason: "2027-05-31")', 1],
  ['what to use and a date', '@deprecated(reason: "Use name. It stays until 2027-05-31.")', 0],
])('asks for the date of a deprecation: %s', (_what, directive, count) => {
  const schema = before
    .replace('note: String }\n  enum', `note: String ${directive} }\n  enum`)
    .replace('ACTIVE INACTIVE', `ACTIVE INACTIVE ${directive}`)
    .replace('state: State', `state: State ${directive}`)
    .replace('input Change { note: String', `input Change { note: String ${directive}`)
  const places = ['Query.member(state:)', 'Member.note', 'State.INACTIVE', 'Change.note']
  const faults = findUndated(schema)
  expect(faults).toHaveLength(count * places.length)
  if (count > 0) for (const place of places) expect(faults.join('\n')).toContain(`${place} is deprecated`)
})

it.each([
  ['2027-06-01', 1],
  ['2027-05-31', 0],
])('asks for the end of a deprecation whose day has passed, on %s', (today, count) => {
  const directive = '@deprecated(reason: "Use name. It stays until 2027-05-31.")'
  const schema = before.replace('note: String }\n  enum', `note: String ${directive} }\n  enum`)
  const faults = findOverdue(schema, today)
  expect(faults).toHaveLength(count)
  if (count > 0) expect(faults[0]).toContain('Member.note was to stay until 2027-05-31.')
})

it('notices a release whose schema was not kept', async () => {
  expect(findStale({ version: '0.1.0' }, changelog(''))).toEqual([])
  expect(findStale({ version: '0.0.9' }, changelog(''))).toHaveLength(1)
})

it('notices a field that the schema of today loses', async () => {
  const today = await readFile('schema.graphql', 'utf8')
  const faults = await findBroken(
    today,
    today.replace('hasPassword: Boolean!', 'hasSecret: Boolean!'),
    changelog(''),
  )
  expect(faults).toHaveLength(1)
})

describe('the REST API and the command line', () => {
  const json = (schema: object) => ({ content: { 'application/json': { schema } } })
  const contact = { properties: { email: {} } }
  const member = { properties: { name: {}, contacts: { items: { anyOf: [contact, {}] } } } }
  const rest = namesOfRest({
    paths: {
      '/members': {
        post: {
          parameters: [
            { name: 'dry', required: true },
            { name: 'tag', schema: { default: 'all' } },
          ],
          requestBody: json({ properties: { name: {}, note: { default: '' } }, required: ['name'] }),
          responses: { 201: json(member), 409: {} },
        },
      },
    },
  })
  const move = new Command('move').argument('<id>').argument('[to]').requiredOption('--reason <text>')
  const commands = namesOfCommands(
    new Command('inmor').addCommand(move.option('-f, --force').option('--days <days>', '', '7')),
  )
  const variables = namesOfVariables({
    port: { names: ['PORT', 'ADMIN_PORT'], kind: z.coerce.number().default(8000), meaning: '' },
    secret: { names: ['SECRET'], kind: z.string(), meaning: '' },
    issuer: { names: ['ISSUER'], kind: z.string().optional(), meaning: '' },
  })
  const names = [...rest, ...commands, ...variables]

  it('has a name for each part that a script uses', () => {
    expect(rest).toEqual([
      'POST /members',
      ...['dry', 'tag', 'name', 'note'].map((name) => `POST /members takes ${name}`),
      ...['dry', 'name'].map((name) => `POST /members needs ${name}`),
      ...['tag is "all"', 'note is ""'].map((name) => `POST /members without ${name}`),
      'POST /members answers 201',
      ...['name', 'contacts', 'contacts[].email'].map((name) => `POST /members answers 201 ${name}`),
      'POST /members answers 409',
    ])
    expect(commands).toEqual([
      'inmor',
      'inmor move',
      ...['--reason', '--force', '--days', '<id>', '<to>'].map((name) => `inmor move takes ${name}`),
      ...['--reason', '<id>'].map((name) => `inmor move needs ${name}`),
      'inmor move without --days is "7"',
    ])
    expect(variables).toEqual([
      'variables',
      ...['PORT', 'ADMIN_PORT', 'SECRET', 'ISSUER'].map((name) => `variables takes ${name}`),
      'variables needs SECRET',
      'variables without PORT is 8000',
    ])
  })

  const rows = [
    ['a removed command', names.filter((name) => !name.startsWith('inmor move')), 'inmor move'],
    ['a removed member', without('POST /members answers 201 contacts[].email'), 'contacts[].email'],
    ['another default of a member', without('POST /members without note is ""'), 'note is ""'],
    ['another default of an option', without('inmor move without --days is "7"'), '--days is "7"'],
    ['another default of a variable', without('variables without PORT is 8000'), 'PORT is 8000'],
    ['a removed variable', without('variables takes ISSUER'), 'ISSUER'],
    ['a variable that must be set', [...names, 'variables takes HOST', 'variables needs HOST'], 'HOST'],
    ['another status', without('POST /members answers 409'), 'POST /members answers 409'],
    ['a removed option', without('inmor move takes --force'), '--force'],
    [
      'a member that callers must send',
      [...names, 'POST /members takes city', 'POST /members needs city'],
      'city',
    ],
  ] as const
  function without(removed: string): string[] {
    return names.filter((name) => name !== removed)
  }

  it.each(rows)('refuses %s until the changelog names it', (_what, now, part) => {
    const faults = findUnnamed(names, now, changelog('Other things.'))
    expect(faults.length).toBeGreaterThan(0)
    expect(faults[0]).toContain(part)
    const listed = faults.map((fault) => /`[^`]+`/.exec(fault)?.[0]).join(', ')
    expect(findUnnamed(names, now, changelog(`${listed} changed.`))).toEqual([])
  })

  it.each([
    ['what is new, with its own demands', [...names, 'inmor burn', 'inmor burn needs <id>']],
    ['a demand less', without('inmor move needs --reason')],
    ['an option more', [...names, 'inmor move takes --soon']],
  ])('accepts %s', (_what, now) => {
    expect(findUnnamed(names, now, changelog(''))).toEqual([])
  })

  it('needs no line for the options of a command that the changelog names', () => {
    const now = names.filter((name) => !name.startsWith('inmor move'))
    expect(findUnnamed(names, now, changelog('`inmor move` is gone.'))).toEqual([])
  })

  it('notices what the product of today loses', async () => {
    const today = await readNames()
    const lost = ['POST /api/v1/subordinates takes entityid', 'inmor keys announce takes --alg']
    const now = today.filter((name) => !lost.includes(name))
    expect(findUnnamed(today, now, changelog(''))).toHaveLength(2)
  })
})
