/** `inmor convert federation` of bad sources: one sentence for each fault, and nothing is written. */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { answer } from '#test/helpers/fault.ts'
import { folderInTest } from '#test/helpers/in-file.ts'
import { type BareAnchor, lifeOf, sendJson, serveBareAnchor } from './bare-anchor.ts'
import { convert, convertToJson, refusalOf } from './convert.ts'

const [a, b, c] = ['https://a.example', 'https://b.example', 'https://c.example']
const statement = 'application/entity-statement+jwt'

async function serveAnchor(members: unknown[] = [a, b, c]): Promise<BareAnchor> {
  const anchor = await serveBareAnchor()
  anchor.members = members
  return anchor
}

/** The anchor answers about `b` with something else. */
const aboutB = (anchor: BareAnchor, claims: object) => {
  anchor.stated = (subject) => (subject === b ? { ...claims } : {})
}

const urlOf = (anchor: BareAnchor, subject: string) => `${anchor.id}/fetch?sub=${encodeURIComponent(subject)}`
const INCOMPLETE =
  'The source is incomplete. Nothing is written. To leave out what cannot be read, use --partial:\n'

/** One fault each. The sentence is that about `b`, or about the list. */
const faults: Record<string, (anchor: BareAnchor) => { change?: () => void; sentence: string | RegExp }> = {
  'a statement of another issuer': (anchor) => ({
    change: () => aboutB(anchor, { iss: 'https://other.example' }),
    sentence: `${urlOf(anchor, b)}: The Entity Statement is from https://other.example, not from ${anchor.id}.`,
  }),
  'a statement about another member': (anchor) => ({
    change: () => aboutB(anchor, { sub: a }),
    sentence: `${urlOf(anchor, b)}: The Entity Statement is about ${a}, not about ${b}.`,
  }),
  'a statement that has expired': (anchor) => ({
    change: () => aboutB(anchor, { iat: 1_000_000_000, exp: 1_000_000_060 }),
    sentence: `${urlOf(anchor, b)}: The Subordinate Statement of ${b} expired at 2001-09-09T01:47:40.000Z.`,
  }),
  'critical claims, which no file can state': (anchor) => ({
    change: () => aboutB(anchor, { crit: ['vital'], vital: true }),
    sentence: `${urlOf(anchor, b)}: crit lists "vital", which is not supported.`,
  }),
  'an entry that is no Entity Identifier': (anchor) => ({
    change: () => anchor.members.push('javascript:alert(1)'),
    sentence: /^http:\S+\/list: "javascript:alert\(1\)" is not an Entity Identifier: /,
  }),
  'an entry that is no text': (anchor) => ({
    change: () => anchor.members.push({ id: a }),
    sentence:
      /^http:\S+\/list: \{"id":"https:\/\/a.example"\} is not an Entity Identifier: it is not a string\.$/,
  }),
  'a list with the anchor itself': (anchor) => ({
    change: () => anchor.members.push(anchor.id),
    sentence: `${anchor.id}/list lists the anchor itself, ${anchor.id}.`,
  }),
}

test.for(Object.keys(faults))('%s', async (name) => {
  const anchor = await serveAnchor()
  const fault = faults[name]?.(anchor)
  fault?.change?.()
  const [, , ...lines] = (await refusalOf('federation', anchor.id)).trimEnd().split('\n')
  expect(`${lines.shift()}\n`).toBe(INCOMPLETE)
  expect(lines).toEqual([
    typeof fault?.sentence === 'string' ? fault.sentence : expect.stringMatching(fault?.sentence ?? ''),
  ])
})

test('a signature that is not the anchor’s', async () => {
  const anchor = await serveAnchor()
  const other = { ...(await generateSigningKey('ES256')), kid: anchor.keys.keys[0]?.kid ?? '' }
  anchor.answers['/fetch'] = async (response, url) => {
    const claims = { iss: anchor.id, sub: url.searchParams.get('sub'), ...lifeOf(60), jwks: anchor.keys }
    answer(response, await anchor.sign(claims, undefined, other), statement)
  }
  const refusal = await refusalOf('federation', anchor.id)
  for (const member of [a, b, c])
    expect(refusal).toContain(
      `${urlOf(anchor, member)}: The JWT has a signature that does not verify with the key`,
    )
})

test('names each member about which the anchor says nothing, and leaves them out on request', async () => {
  const anchor = await serveAnchor()
  anchor.answers['/fetch'] = (response) => answer(response, '{}', 'application/json', 404)
  const lines = (await refusalOf('federation', anchor.id)).trimEnd().split('\n')
  expect(lines.slice(3)).toEqual([a, b, c].map((id) => `${urlOf(anchor, id)} returned HTTP status 404.`))

  delete anchor.answers['/fetch']
  aboutB(anchor, { sub: a })
  const { document, notes } = await convertToJson('federation', anchor.id, '--partial')
  expect(document.members).toMatchObject([{ entityId: a }, { entityId: c }])
  expect(notes).toContain(
    `\nLeft out: ${urlOf(anchor, b)}: The Entity Statement is about ${a}, not about ${b}.\n`,
  )
})

test('ends early where nothing can be read, also in parts', async () => {
  const ids = Array.from({ length: 500 }, (_, at) => `https://m${at}.example`)
  const anchor = await serveAnchor(ids)
  anchor.stated = () => ({ sub: a })
  const whole = (await refusalOf('federation', anchor.id)).trimEnd().split('\n')
  expect(whole.length).toBeLessThan(30)
  expect(anchor.requests.length).toBeLessThan(40)
  expect(await refusalOf('federation', anchor.id, '--partial')).toContain(
    '\nToo much of the source cannot be read. Nothing is written:\n',
  )
  expect(anchor.requests.length).toBeLessThan(160)
})

test('tries again what may succeed later', async () => {
  const anchor = await serveAnchor([a])
  let refused = 0
  anchor.answers['/list'] = (response) => {
    refused += 1
    return refused === 1 ? answer(response, 'busy', 'text/plain', 503) : sendJson(response, anchor.members)
  }
  const { document } = await convertToJson('federation', anchor.id)
  expect(document.members).toMatchObject([{ entityId: a }])
  expect(refused).toBe(2)
})

const lists: Record<string, [respond: BareAnchor['answers'][string], sentence: RegExp]> = {
  'a redirect, as of a loop': [
    (response, url) => response.writeHead(302, { location: url.href }).end(),
    /\/list redirects to http:\S+\/list\. Redirects are not followed\.\n$/,
  ],
  'another document': [
    (response) => sendJson(response, { members: [a] }),
    /\/list returned something else than a list\.\n$/,
  ],
  'another type': [
    (response) => answer(response, '<p>', 'text/html'),
    /\/list returned the content type "text\/html" instead of application\/json\.\n$/,
  ],
  'no JSON': [
    (response) => answer(response, '[', 'application/json'),
    /\/list returned a document that is not valid JSON\.\n$/,
  ],
  'too many entities': [
    (response) =>
      sendJson(
        response,
        Array.from({ length: 200_001 }, () => a),
      ),
    /\/list lists 200001 entities\. A conversion takes at most 200000\.\n$/,
  ],
  'too many bytes': [
    (response) => answer(response, Buffer.alloc(65 * 1024 * 1024, ' '), 'application/json'),
    /\/list returned more than 67108864 bytes\.\n$/,
  ],
}

test.for(Object.entries(lists))('a list that is %s', async ([, [respond, sentence]]) => {
  const anchor = await serveAnchor()
  anchor.answers['/list'] = respond
  expect(await refusalOf('federation', anchor.id)).toMatch(sentence)
})

test('an entity that is no anchor, and one that is not there', async () => {
  const anchor = await serveAnchor()
  anchor.entity = {}
  expect(await refusalOf('federation', anchor.id)).toMatch(
    /\nThe Entity Configuration of http:\S+ names no federation_fetch_endpoint that answers anyone, so its members cannot be read\.\n$/,
  )
  anchor.configuration = { sub: 'https://other.example' }
  expect(await refusalOf('federation', anchor.id)).toMatch(
    /^The Entity Configuration of http:\S+ is refused: /,
  )
  expect(await refusalOf('federation', 'http://127.0.0.1:1')).toMatch(/^http:\S+\/openid-federation /)
})

test('trusts only the named keys, and then says nothing about keys', async () => {
  const anchor = await serveAnchor([a])
  const folder = await folderInTest('inmor-convert')
  const file = join(folder, 'keys.json')
  await writeFile(file, JSON.stringify(anchor.keys))
  const { document, notes } = await convertToJson('federation', anchor.id, `--keys=${file}`)
  expect({ notes, members: document.members }).toMatchObject({ notes: '', members: [{ entityId: a }] })

  await writeFile(file, JSON.stringify({ keys: [toPublicJwk(await generateSigningKey('ES256'))] }))
  expect(await refusalOf('federation', anchor.id, `--keys=${file}`)).toMatch(
    /^The Entity Configuration of http:\S+ is refused: .* It must be signed with a key of --keys\.\n$/,
  )
})

test('a folder keeps its file while the source is incomplete', async () => {
  const anchor = await serveAnchor([a])
  const folder = await folderInTest('inmor-convert')
  expect(await convert('federation', anchor.id, '-o', folder)).toMatchObject({ code: 0 })
  aboutB(anchor, { sub: a })
  anchor.members = [a, b]
  expect(await convert('federation', anchor.id, '-o', folder)).toMatchObject({ code: 1, stdout: '' })
  expect(await readdir(folder)).toEqual(['main.yaml'])
  const file = join(folder, 'main.yaml')
  expect(await convert('federation', anchor.id, '--partial', '-o', join(file, 'below'))).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('main.yaml cannot be written ('),
  })
})

test.for([
  ['federation', '1'],
  ['lighthouse', '1'],
  ['federation', 'https://ta.example', '--anchor=No Slug'],
])('fails at once with %s %s', async (words) => {
  expect(await convert(...words)).toMatchObject({ code: 2, stdout: '' })
})

test('http needs the option', async () => {
  const anchor = await serveAnchor()
  const { executeHere } = await import('#test/helpers/execution.ts')
  const { code, stderr } = await executeHere(['convert', 'federation', anchor.id], {}, '')
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^http:\S+ .*https/) })
  expect(anchor.requests).toEqual([])
})
