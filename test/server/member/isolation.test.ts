/**
 * A member user sees and changes nothing but what is its organization's (11-members, limits): every field of the root is
 * called as one. A new field that answers members fails here until it is named below, and its whole answer is searched.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { schema } from '#server/schema/index.ts'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { relyingPartyNamed } from '#test/helpers/entity.ts'
import { below, type Federation } from '#test/helpers/federation.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import type { Visitor } from '#test/helpers/visitor.ts'
import { documentOf } from '../anchor/isolation-document.ts'
import { AWAITED, TYPE } from '../anchor/isolation-rows.ts'
import { selectAll } from '../request/select-all.ts'
import { closed, open, type Seen } from './isolation-rows.ts'

/** In every text that a member of the first organization must not see. */
const HIDDEN = 'hidden-from-members'
const SHOWN = 'shown-to-members'

let federations: Federation[]
let anna: Visitor
let ids: Seen

const admin = adminInFile()
beforeAll(async () => {
  const test = { slug: 'test', entityId: 'http://test.example.org', displayName: 'Test' }
  const make = async (name: string, input: object, selection = 'id') => {
    const made = await admin.mutate(name, input, selection, 'admin')
    expect(made.message).toBeUndefined()
    return made
  }
  await make('createTrustAnchor', test, 'slug')
  const startEntity = (name: string) =>
    below(admin.entityId)
      .leaf({
        metadata: relyingPartyNamed(name),
      })
      .start()
  federations = [await startEntity(SHOWN), await startEntity(HIDDEN)]
  const [own, foreign] = federations.map(({ leaf }) => leaf.id) as [string, string]
  const annotation = { note: HIDDEN, tags: [HIDDEN] }
  const mine = await make('createOrganization', { anchor: 'main', name: SHOWN, ...annotation })
  const contacts = [{ role: 'SECURITY', email: `${HIDDEN}@oslo.example` }]
  const theirs = await make('createOrganization', { anchor: 'main', name: HIDDEN, contacts, ...annotation })
  const member = (entityId: string, organizationId: string) =>
    make('registerSubordinate', { anchor: 'main', entityId, organizationId, ...annotation })
  await member(own, mine.id)
  const subordinate = await member(foreign, theirs.id)
  const type = await make('createTrustMarkType', {
    anchor: 'main',
    type: TYPE,
    description: 'A mark',
  })
  const mark = (entityId: string) => make('issueTrustMark', { anchor: 'main', trustMarkType: TYPE, entityId })
  await mark(own)
  const trustMark = await mark(foreign)
  const mirror = await make('announceMirror', {
    anchor: 'main',
    url: 'http://127.0.0.1:1',
    description: HIDDEN,
  })
  const awaited = await make('awaitEntity', { anchor: 'main', entityId: AWAITED })
  const dryRun = {
    anchor: 'main',
    action: 'RENEW',
    subordinates: { filter: {} },
    dryRun: true,
    reason: HIDDEN,
  }
  const run = await make('startSubordinateChange', dryRun)
  const { organizationId } = await admin.server.db.subordinate.findFirstOrThrow({
    where: { entityId: foreign },
  })
  const asked = { kind: 'REGISTER', entityId: AWAITED, submittedBy: HIDDEN }
  const step = { action: 'SUBMITTED', actor: HIDDEN, byMember: true, text: HIDDEN }
  const { id: request } = await admin.server.db.request.create({
    data: { ...asked, organizationId: organizationId ?? 0, steps: { create: step } },
  })
  const document = '{ auditEvents(anchor: "main", first: 1) { edges { node { id } } } }'
  const entry = (await admin.execute(document)).data.auditEvents.edges[0].node.id
  anna = await signInAsMember(admin, { organizationId: mine.id, email: 'anna@lu.example', mayInvite: true })
  await signInAsMember(admin, { organizationId: theirs.id, email: `${HIDDEN}@example.org` })
  const { user } = await admin.server.db.organizationUser.findFirstOrThrow({
    where: { user: { email: { startsWith: HIDDEN } } },
    include: { user: true },
  })
  const terms = [{ check: 'TERMS_ACCEPTED', text: HIDDEN }]
  const ofType = { anchor: 'main', trustMarkType: TYPE, checks: terms }
  const pipeline = await make('updateCheckPipeline', ofType)
  ids = {
    organization: theirs.id,
    subordinate: subordinate.id,
    trustMark: trustMark.id,
    trustMarkType: type.id,
    awaited: awaited.id,
    mirror: mirror.id,
    run: run.id,
    entry,
    entityId: foreign,
    pipeline: pipeline.id,
    request: Buffer.from(`Request:${request}`).toString('base64'),
    kid: admin.server.anchors.first.signingKeys.current().signer.kid,
    user: Buffer.from(`User:${user.id}`).toString('base64'),
    ownEntity: own,
  }
})
afterAll(async () => {
  for (const federation of federations ?? []) await federation.close()
})

type Kind = 'query' | 'mutation' | 'subscription'
const roots: Record<Kind, ReturnType<typeof schema.getQueryType>> = {
  query: schema.getQueryType(),
  mutation: schema.getMutationType(),
  subscription: schema.getSubscriptionType(),
}

/** Changes of what is not the caller's own account. */
const changes = () =>
  admin.server.db.auditEvent.count({
    where: { outcome: 'SUCCEEDED', resourceType: { notIn: ['User', 'Session'] } },
  })

it.each(['query', 'mutation', 'subscription'] as const)('has a row for every %s', (kind) => {
  const rows = { ...closed[kind], ...(kind === 'subscription' ? {} : open[kind]) }
  expect(Object.keys(roots[kind]?.getFields() ?? {}).sort()).toEqual(Object.keys(rows).sort())
})

describe.each(['query', 'mutation', 'subscription'] as const)('a %s of operators', (kind) => {
  it.each(Object.keys(closed[kind]))('%s refuses a member, with and without an anchor', async (name) => {
    const before = await changes()
    const args = closed[kind][name]?.(ids) ?? {}
    const takesAnchor = roots[kind]?.getFields()[name]?.args.some((each) => each.name === 'anchor')
    for (const each of [args, ...(takesAnchor ? [{ ...args, anchor: 'main' }] : [])]) {
      const { data, errors } = await anna.execute(documentOf(kind, name, each))
      // An id names its anchor, and only callers with a role there learn that it exists.
      expect(`${errors?.[0]?.extensions?.code} ${errors?.[0]?.message}`).toMatch(
        /^(FORBIDDEN|NOT_FOUND There is no anchor "main" in which you have a role)/,
      )
      expect(data?.[name] ?? null).toBeNull()
    }
    expect(await changes()).toBe(before)
  })
})

describe('what a member reads', () => {
  /** Deep enough for viewer, organizations, anchors, entities, edges, node, marks and their JWT. */
  const DEEP = 8
  /** What only operators see, or administrators. */
  const operators = ['TrustAnchor', 'User']

  it('is its own organization, its entities and their marks, and nothing that operators wrote', async () => {
    const viewer = roots.query?.getFields().viewer?.type
    const document = `{ viewer ${selectAll(viewer as Parameters<typeof selectAll>[0], DEEP, operators)} }`
    const { data, errors } = await anna.execute(document)
    expect(errors).toBeUndefined()
    const [organization, ...others] = data.viewer.organizations
    expect(others).toEqual([])
    expect(organization).toMatchObject({ name: SHOWN, people: [{ email: 'anna@lu.example' }] })
    expect(organization.anchors).toMatchObject([{ slug: 'main', entities: { totalCount: 1 } }])
    const [{ node }] = organization.anchors[0].entities.edges
    expect(node).toMatchObject({
      entityId: ids.ownEntity,
      displayName: SHOWN,
      trustMarks: [{ trustMarkType: TYPE, mark: { claims: { sub: ids.ownEntity } } }],
    })
    expect(JSON.stringify(data)).not.toContain(HIDDEN)
    expect(JSON.stringify(data)).not.toContain(ids.entityId)
  })

  it('is its own request without the operator who handles it', async () => {
    const operator = { username: HIDDEN, role: 'OPERATOR', password: PASSWORD }
    await admin.mutate('createUser', operator, 'id', 'admin')
    const { id: assigneeId } = await admin.server.db.user.findUniqueOrThrow({ where: { username: HIDDEN } })
    const { organizationId } = await admin.server.db.subordinate.findFirstOrThrow({
      where: { entityId: ids.ownEntity },
    })
    const asked = { kind: 'REGISTER', entityId: AWAITED, submittedBy: 'anna@lu.example' }
    const { id } = await admin.server.db.request.create({ data: { ...asked, organizationId, assigneeId } })
    const requests = 'requests { edges { node { entityId assignee { username } } } }'
    const request = `request(id: "${btoa(`Request:${id}`)}") { entityId assignee { username } }`
    const { data, errors } = await anna.execute(
      `{ ${request} viewer { organizations { anchors { ${requests} } } } }`,
    )
    expect(errors).toBeUndefined()
    const shown = { entityId: AWAITED, assignee: null }
    expect(data).toEqual({
      request: shown,
      viewer: { organizations: [{ anchors: [{ requests: { edges: [{ node: shown }] } }] }] },
    })
    const seen = (fields: string) =>
      anna.execute(`{ request(id: "${btoa(`Request:${id}`)}") { anchor { ${fields} } } }`)
    expect((await seen('slug entityId displayName')).errors).toBeUndefined()
    for (const hidden of ['metadataPolicy', 'version', 'ownTrustMarks { issuer }', 'status { version }'])
      expect((await seen(hidden)).errors, hidden).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    await admin.server.db.request.delete({ where: { id } })
  })

  it('is an entity by its identifier, in an anchor that has it', async () => {
    const find = async (anchor: string, entityId: string, visitor = anna) =>
      (await visitor.execute(documentOf('query', 'organizationEntity', { anchor, entityId }))).data
        .organizationEntity
    const found = await find('main', ids.ownEntity)
    expect(found).toMatchObject({ entityId: ids.ownEntity, state: 'ACTIVE', problem: null })
    expect(found.resolvedMetadata.openid_relying_party.client_name).toBe(SHOWN)
    expect(JSON.stringify(found)).not.toContain(HIDDEN)
    expect(await find('main', ids.entityId)).toBeNull()
    expect(await find('test', ids.ownEntity)).toBeNull()
    expect(await find('none', ids.ownEntity)).toBeNull()
  })

  it('is nothing of an anchor that does not admit the organization any more', async () => {
    const { organizationId } = await admin.server.db.organizationUser.findFirstOrThrow({
      where: { user: { email: 'anna@lu.example' } },
    })
    const id = { organizationId_anchorSlug: { organizationId, anchorSlug: 'main' } }
    await admin.server.installation.organizationAnchor.delete({ where: id })
    const { data } = await anna.execute(`{
      viewer { organizations { anchors { slug } } }
      organizationEntity(anchor: "main", entityId: "${ids.ownEntity}") { entityId } }`)
    expect(data).toEqual({ viewer: { organizations: [{ anchors: [] }] }, organizationEntity: null })
    await admin.server.installation.organizationAnchor.create({ data: id.organizationId_anchorSlug })
  })
})

describe('what answers a member', () => {
  let other: Visitor
  beforeAll(async () => {
    const { data } = await anna.execute('{ viewer { organizations { id } } }')
    const organizationId = data.viewer.organizations[0].id
    other = await signInAsMember(admin, { organizationId, email: 'other@lu.example' })
  })

  it.each(Object.keys(open.mutation))('%s shows and changes nothing of others', async (name) => {
    const before = await changes()
    const { data } = await other.execute(documentOf('mutation', name, open.mutation[name]?.(ids) ?? {}))
    expect(data?.[name]).toBeTruthy()
    expect(JSON.stringify(data)).not.toContain(HIDDEN)
    expect(await changes()).toBe(before)
  })

  it('request finds none of another organization', async () => {
    const { data } = await other.execute(documentOf('query', 'request', { id: ids.request }))
    expect(data).toEqual({ request: null })
  })
})

it('a member gets no API key', async () => {
  const input = { username: 'anna@lu.example', name: 'mine' }
  expect(await admin.mutate('createApiKey', input, 'key', 'admin')).toMatchObject({
    code: 'INVALID_INPUT',
    path: ['input', 'username'],
    message: 'anna@lu.example has no role, and a key has none without.',
  })
})
