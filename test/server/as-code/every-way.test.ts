/** Tests that no way in changes what configuration files describe, apart from a withdrawal. */
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { type AuditAction, auditActions } from '#server/services/audit/action.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { mutationOf, successOf } from '#test/helpers/mutation.ts'
import { type Mutation, mutations, starts } from '../protection/attempts.ts'
import { fill } from '../protection/filled.ts'
import { administratorsInFile } from '../protection/people.ts'
import type { Described } from './configured.ts'

const admin = adminInFile()
administratorsInFile(admin)

/** Of the objects of files. A file has no withdrawal but `active`. */
const types = ['TrustAnchor', 'Subordinate', 'TrustMark', 'TrustMarkType', 'CheckPipeline', 'Run']

type Result = { __typename: string; message?: string }

/** As an administrator, at the anchor main. */
async function send<Data>(query: string, variables: object): Promise<Data> {
  const headers = { 'x-api-key': admin.keys.admin, 'inmor-anchor': 'main' }
  const response = await fetch(`${admin.adminUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = (await response.json()) as { data: Data; errors?: object[] } // GraphQL always answers so
  expect(errors, query).toBeUndefined()
  return data
}

async function exportedText(): Promise<string> {
  let text = ''
  for (let after: string | null = null; ; ) {
    const query = 'query ($after: String) { part: configurationExport(after: $after) { content endCursor } }'
    const { part }: { part: { content: string; endCursor: string | null } } = await send(query, { after })
    text += part.content
    after = part.endCursor
    if (after === null) return text
  }
}

async function mutate(name: string, input: object): Promise<Result> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`
  const query = `mutation ($input: ${type}) { result: ${name}(input: $input) { __typename ... on Error { message } } }`
  return (await send<{ result: Result }>(query, { input })).result
}

/** Follows the run that the mutation starts. */
async function run(name: string, input: object): Promise<void> {
  const { result } = await send<{ result: Result }>(mutationOf(name, 'id'), { input })
  const started = successOf<{ id: string }>(name, result)
  const anchor = 'to' in input ? input.to : 'main'
  const ends = { timeout: 30_000 }
  if (started) await expect.poll(() => stateOf(started.id, anchor), ends).toMatch(/^(SUCCEEDED|FAILED)$/)
}

async function stateOf(id: string, anchor: unknown): Promise<string> {
  const query =
    'query ($id: ID!, $anchor: String) { node(id: $id, anchor: $anchor) { ... on Run { state } } }'
  return (await send<{ node: { state: string } }>(query, { id, anchor })).node.state
}

const lists = ['organizations', 'trustMarkTypes', 'members', 'trustMarks', 'checks'] as const
const nameOf = ({ name, type, trustMarkType, entityType, entityId }: Record<string, unknown>) =>
  JSON.stringify([name, type, trustMarkType, entityType, entityId])

/** Without objects that were added, and without what a withdrawal changes: a mark that is revoked is in no export. */
function fixed({ settings, metadataPolicy, ...file }: Described, before: Described, after: Described) {
  const left = lists.map((list) => {
    const names = new Set((list === 'trustMarks' ? after : before)[list]?.map(nameOf))
    const kept = file[list]?.filter((item) => names.has(nameOf(item)) && before[list]?.some(isSame(item)))
    return [list, kept?.map(({ active: _, ...item }) => item)]
  })
  return { settings, metadataPolicy, ...Object.fromEntries(left) }
}

const isSame = (item: Record<string, unknown>) => (other: Record<string, unknown>) =>
  nameOf(other) === nameOf(item)

const isOfFiles = ({ source }: Record<string, unknown>) =>
  typeof source === 'object' && source !== null && 'files' in source

it('nothing that files describe changes in another way, but to be withdrawn', {
  timeout: 120_000,
}, async () => {
  const filled = await fill(admin)
  const text = await exportedText()
  await run('applyConfiguration', { anchor: 'main', files: [{ name: 'main.yaml', content: text }] })
  const before: Described = parse(text)
  const isAbout = ([action, mutation, input]: Mutation) =>
    types.includes(auditActions[action as AuditAction]) &&
    mutation !== 'applyConfiguration' &&
    !isOfFiles(input) &&
    (input.anchor ?? 'main') === 'main' &&
    !/TrustAnchor|Intermediate/.test(mutation.replace('updateTrustAnchor', ''))
  const refused = new Map<string, number>()
  const further: Mutation[] = [
    ['updateOrganization', 'updateOrganization', { id: filled.organization, country: 'SE' }],
    ['updateCheckPipeline', 'updateCheckPipeline', { entityType: 'openid_relying_party', approves: false }],
    ['removeTrustMarkType', 'removeTrustMarkType', { id: filled.unusedType }],
  ]
  for (const [, mutation, input] of [...further, ...(await mutations(admin, filled)).filter(isAbout)]) {
    if (mutation === 'executeDryRun') {
      await run(mutation, input)
      continue
    }
    const { message } = await mutate(mutation, input)
    if (message?.startsWith('The file main.yaml ')) refused.set(mutation, (refused.get(mutation) ?? 0) + 1)
  }
  for (const [mutation, input] of starts(filled)) await run(mutation, input)
  await expect
    .poll(() => admin.server.db.run.count({ where: { state: { in: ['QUEUED', 'RUNNING'] } } }))
    .toBe(0)
  const after: Described = parse(await exportedText())
  expect(fixed(after, before, after)).toEqual(fixed(before, before, after))
  expect([...refused.keys()].sort()).toEqual([
    'applyPlan',
    'reactivateSubordinate',
    'removeSubordinate',
    'removeTrustMarkType',
    'restoreVersion',
    'updateCheckPipeline',
    'updateFederationPolicy',
    'updateOrganization',
    'updateSubordinate',
    'updateTrustAnchor',
    'updateTrustMark',
    'updateTrustMarkType',
  ])
})
