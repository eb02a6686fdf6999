/** Several anchors in one installation, through GraphQL: they are created, named in calls, paused and removed. */
import { describe, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'

const admin = adminInFile()

const other = { slug: 'test', entityId: 'http://test.example.org' }
const create = (input: object, as: 'admin' | 'operator' = 'admin') =>
  admin.mutate(
    'createTrustAnchor',
    { displayName: 'Test', ...other, ...input },
    'slug entityId displayName isFirst',
    as,
  )

it('is one anchor that no call needs to name', async () => {
  const { data } = await admin.execute('{ trustAnchors { slug entityId isFirst } trustAnchor { slug } }')
  expect(data).toEqual({
    trustAnchors: [{ slug: 'main', entityId: admin.entityId, isFirst: true }],
    trustAnchor: { slug: 'main' },
  })
})

describe('a second anchor', () => {
  it('is refused where requests could not tell it from the first one', async () => {
    const { port } = new URL(admin.entityId)
    for (const entityId of [admin.entityId, `${admin.entityId}/`, `HTTP://127.0.0.1:${port}`])
      expect(await create({ entityId })).toMatchObject({ code: 'CONFLICT', path: ['input', 'entityId'] })
  })

  it.each([
    [{ slug: 'Test' }, 'INVALID_INPUT', ['input', 'slug']],
    [{ slug: 'main' }, 'CONFLICT', ['input', 'slug']],
    [{ color: 'red' }, 'INVALID_INPUT', ['input', 'color']],
  ])(
    'is refused with %o',
    { tags: 'mutation/createTrustAnchor/InvalidInputError' },
    async (input, code, path) => {
      expect(await create(input)).toMatchObject({ code, path })
    },
  )

  it('is created by an administrator', async () => {
    expect(await create({ environment: 'TEST', color: '#00AA00' })).toMatchObject({
      ...other,
      displayName: 'Test',
      isFirst: false,
    })
    const { data } = await admin.execute('{ trustAnchors { slug environment color signingKey { alg } } }')
    expect(data.trustAnchors).toEqual([
      { slug: 'main', environment: null, color: null, signingKey: { alg: 'ES256' } },
      { slug: 'test', environment: 'TEST', color: '#00aa00', signingKey: { alg: 'ES256' } },
    ])
  })

  it.each([other.entityId, 'http://TEST.example.org/', 'http://test.example.org:80'])(
    'keeps its host and path for itself: %s is refused',
    async (entityId) => {
      expect(await create({ slug: 'third', entityId })).toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining('The anchor test has this host and path'),
        path: ['input', 'entityId'],
      })
    },
  )

  it('has to be named in calls, by slug or Entity Identifier', async () => {
    const { errors } = await admin.execute('{ trustAnchor { slug } }')
    expect(errors).toMatchObject([{ extensions: { code: 'ANCHOR_REQUIRED', anchors: ['main', 'test'] } }])
    const { data } = await admin.execute(
      '{ a: trustAnchor(anchor: "test") { slug } b: trustAnchor(anchor: "http://test.example.org") { entityId } }',
    )
    expect(data).toEqual({ a: { slug: 'test' }, b: { entityId: 'http://test.example.org' } })
    expect((await admin.execute('{ trustAnchor(anchor: "none") { slug } }')).errors).toMatchObject([
      { extensions: { code: 'NOT_FOUND' } },
    ])
  })

  it('empties only the field that does not name it, for a request that asks for this', async () => {
    const ask = async (extensions?: object) => {
      const query =
        '{ trustAnchors { slug } trustAnchor { slug } test: trustAnchor(anchor: "test") { slug } }'
      const response = await fetch(`${admin.adminUrl}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': admin.keys.admin },
        body: JSON.stringify({ query, extensions }),
      })
      return response.json()
    }
    const required = [expect.objectContaining({ path: ['trustAnchor'] })]
    expect(await ask()).toEqual({ data: null, errors: required })
    const all = [{ slug: 'main' }, { slug: 'test' }]
    expect(await ask({ onError: 'NULL' })).toEqual({
      data: { trustAnchors: all, trustAnchor: null, test: { slug: 'test' } },
      errors: required,
    })
  })

  it('has its own objects, whose ids say the anchor', async () => {
    const type = 'https://marks.example.org/a'
    const made: string[] = []
    for (const anchor of ['main', 'test']) {
      const { id } = await admin.mutate(
        'createTrustMarkType',
        { anchor, type, description: anchor },
        'id',
        'admin',
      )
      made.push(id)
    }
    const [first, second] = made
    expect(second).not.toBe(first)
    for (const [index, id] of made.entries()) {
      const { data } = await admin.execute(
        'query ($id: ID!) { node(id: $id) { id ... on TrustMarkType { description } } }',
        { id },
      )
      expect(data.node).toEqual({ id, description: ['main', 'test'][index] })
    }
    const { data } = await admin.execute('query ($id: ID!) { node(id: $id, anchor: "main") { id } }', {
      id: second,
    })
    expect(data.node).toBeNull()
    expect(
      await admin.mutate('updateTrustMarkType', { id: second, anchor: 'main', validFor: 5 }, 'id', 'admin'),
    ).toMatchObject({
      code: 'NOT_FOUND',
    })
    expect(
      await admin.mutate('updateTrustMarkType', { id: second, validFor: 5 }, 'id validFor', 'admin'),
    ).toMatchObject({
      id: second,
      validFor: 5,
    })
  })
})
