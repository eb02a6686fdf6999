/** Each endpoint answers with the data of its own anchor only, also to requests that name data of another anchor. */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { type EndpointName, endpointNames, endpoints, getEndpointPath } from '#core/endpoint.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { KEY_SET_TYPE, signKeySet } from '#test/helpers/key-set.ts'
import { ask, prepareInstallation } from './installation.ts'
import { type PublishedAnchor, publishEverything } from './published-anchor.ts'

const anchors = [
  { slug: 'main', entityId: 'https://main.example', paused: false },
  { slug: 'edu', entityId: 'https://edu.example', paused: false },
]

let published: PublishedAnchor[]

const installation = inFile(() => prepareInstallation('https://main.example'))
beforeAll(async () => {
  published = await Promise.all(anchors.map((anchor) => publishEverything(installation, anchor)))
  await installation.register(...anchors)
})
const server = inFile(() => installation.start())

type Row = {
  /** Names the data of the anchor. */
  parameters?: (of: PublishedAnchor) => Record<string, string>
  /** The body of a POST, instead of the parameters as a form. */
  body?: { type: string; text: (of: PublishedAnchor) => Promise<string> }
  /** What only an answer of the anchor has. The parameters do not. */
  reveals: (of: PublishedAnchor) => string
}

const issuer = ({ entityId }: PublishedAnchor) => `"iss":"${entityId}"`
const member = ({ member }: PublishedAnchor) => `"${member}"`

/** A new endpoint needs a row. */
const rows: Record<EndpointName, Row> = {
  fetch: { parameters: (of) => ({ sub: of.member }), reveals: issuer },
  list: { reveals: member },
  resolve: {
    parameters: (of) => ({ sub: of.member, trust_anchor: of.entityId }),
    reveals: issuer,
  },
  trust_mark_status: { parameters: (of) => ({ trust_mark: of.trustMark }), reveals: issuer },
  trust_mark_list: { parameters: (of) => ({ trust_mark_type: of.type }), reveals: member },
  trust_mark: {
    parameters: (of) => ({ sub: of.member, trust_mark_type: of.type }),
    reveals: issuer,
  },
  historical_keys: { reveals: issuer },
  collection: { reveals: member },
  extended_list: { reveals: member },
  subordinate_events: { parameters: (of) => ({ sub: of.member }), reveals: issuer },
  self_check: {
    parameters: (of) => ({ sub: of.member }),
    reveals: ({ entityId }) => `"status":"${entityId}/`,
  },
  enroll: { parameters: (of) => ({ sub: of.member }), reveals: () => '"state":"registered"' },
  trust_mark_request: {
    parameters: (of) => ({ sub: of.member, trust_mark_type: of.type }),
    reveals: () => '"state":"issued"',
  },
  jwks_update_trigger: {
    parameters: (of) => ({ sub: of.member }),
    reveals: ({ entityId }) => `"status":"${entityId}/`,
  },
  jwks_update: {
    body: {
      type: KEY_SET_TYPE,
      text: ({ member, memberKey }) => signKeySet({ id: member, key: memberKey, keys: [memberKey] }),
    },
    reveals: ({ entityId }) => `"status":"${entityId}/`,
  },
}

/** Sends the request of a row about one anchor to another. A JWT is decoded. */
async function answerAt(at: PublishedAnchor, name: EndpointName, of: PublishedAnchor): Promise<string> {
  const host = new URL(at.entityId).host
  const { parameters: given, body: own } = rows[name]
  const parameters = new URLSearchParams(given?.(of))
  const path = getEndpointPath(name)
  const { body, headers } =
    endpoints[name].method === 'POST'
      ? await ask(server, host, path, {
          method: 'POST',
          headers: { 'content-type': own?.type ?? 'application/x-www-form-urlencoded' },
          body: own ? await own.text(of) : `${parameters}`,
        })
      : await ask(server, host, `${path}?${parameters}`)
  return String(headers['content-type']).includes('jwt')
    ? JSON.stringify([decodeProtectedHeader(body), decodeJwt(body)])
    : body
}

test('there is a row for each endpoint', () => {
  expect(Object.keys(rows)).toEqual(endpointNames)
})

test.each([1, 2])('a status list is of its own anchor, request %i', async () => {
  for (const { entityId, kid } of published) {
    const { body } = await ask(server, new URL(entityId).host, '/status_list/1')
    expect([decodeProtectedHeader(body), decodeJwt(body)]).toMatchObject([
      { kid },
      { iss: entityId, sub: `${entityId}/status_list/1` },
    ])
  }
})

describe.each(endpointNames)('%s', (name) => {
  const { reveals } = rows[name]
  const pairs = () => published.flatMap((at) => published.map((of) => [at, of] as const))

  // A repeated request may be answered without the route.
  test.each([1, 2, 3])('answers with the data of its own anchor only, request %i', async () => {
    for (const [at, of] of pairs()) {
      const answer = await answerAt(at, name, of)
      expect(answer.includes(reveals(of)), `${of.slug} at ${at.slug}: ${answer}`).toBe(at === of)
      if (at !== of) expect(answer).not.toContain(of.kid)
    }
  })
})
