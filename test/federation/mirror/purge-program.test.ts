/** `inmor mirror --purge` as an operator runs it, with a receiver that checks the signature with the library of Standard Webhooks. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import { beforeAll, expect, it } from 'vitest'
import { createSecret } from '#server/webhook/signature.ts'
import { folderInFile, inFile } from '#test/helpers/in-file.ts'
import { run } from '#test/helpers/program.ts'
import { exportOnce, openExport } from '../export/exported.ts'
import { startRawServer } from '../raw-server.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'

const memberId = (at: number) => `https://rp-${at}.example.org`
const secret = createSecret()

const ta = trustAnchorInFile()
const directory = folderInFile('purge')
const [exported, path] = [join(directory, 'export'), join(directory, 'files')]
const context = inFile(() => openExport(ta, exported))

type Event = { type: string; source: string; data: { number: number; all: boolean; paths: string[] } }
const events: Event[] = []
let asked = 0
/** The answer of the receiver; null: it does not answer. */
let status: number | null = 204
const receiver = inFile(() =>
  startRawServer(async (request, response) => {
    asked += 1
    const body = await text(request)
    const event = new Webhook(secret).verify(body, request.headers as Record<string, string>) as Event
    if (status === null) return
    if (status === 204) events.push(event)
    response.writeHead(status).end()
  }),
)

const start = (args: readonly string[], INMOR_PURGE_SECRET = secret) =>
  run('server/cli/inmor.ts', ['mirror', exported, path, ...args], { environment: { INMOR_PURGE_SECRET } })
const names = async () => (await readdir(join(path, 'fetch'))).length
const fetched = () =>
  events
    .flatMap(({ data }) => data.paths)
    .filter((each) => each.startsWith('/fetch?sub=https:'))
    .sort()

beforeAll(async () => {
  await ta.publishConfiguration()
  for (let at = 0; at < 20; at++) await ta.publishSubordinate({ id: memberId(at) })
  await exportOnce(context)
})

it('sends what caches must forget, and pulls on while the receiver is silent or away', async () => {
  const program = start(['--every', '1', '--purge', receiver.url])
  await program.printed(/Manifest/)
  expect(events).toEqual([])
  await ta.removeSubordinate(memberId(1))
  await exportOnce(context)
  await expect.poll(fetched, { timeout: 10_000 }).toEqual([`/fetch?sub=${memberId(1)}`])
  expect(events[0]).toMatchObject({
    type: 'org.inmor.filesChanged',
    source: entityId,
    data: { all: false, paths: expect.arrayContaining(['/list', '/export/list/all.json']) },
  })
  for (const [answer, member] of [
    [503, 2],
    [null, 3],
  ] as const) {
    status = answer
    const before = asked
    await ta.removeSubordinate(memberId(member))
    await exportOnce(context)
    await expect.poll(() => asked, { timeout: 20_000 }).toBeGreaterThan(before)
    await ta.removeSubordinate(memberId(member + 10))
    await exportOnce(context)
    await expect.poll(names, { timeout: 10_000 }).toBe(20 - 1 - 2 * (member - 1))
  }
  expect(program.stderr()).toMatch(
    /Not purged yet: http:\S+ returned HTTP status 503 for what caches must forget/,
  )
  program.kill('SIGTERM')
  expect((await program.ended).code).toBe(0)
  status = 204
  const later = start(['--once', '--purge', receiver.url])
  expect((await later.ended).code, later.output()).toBe(0)
  expect(fetched()).toEqual([1, 12, 13, 2, 3].map((at) => `/fetch?sub=${memberId(at)}`))
})

it.each([
  ['without a secret', 'http://127.0.0.1:1', '', /Set INMOR_PURGE_SECRET/],
  [
    'with a secret that is none',
    'http://127.0.0.1:1',
    'secret',
    /^INMOR_PURGE_SECRET is no secret of a webhook/m,
  ],
  ['with a URL that is none', 'receiver', secret, /Use a URL, such as https:\/\/purge/],
])('ends with a sentence %s', async (_, url, given, reason) => {
  const program = start(['--once', '--purge', url], given)
  expect((await program.ended).code).not.toBe(0)
  expect(program.stderr()).toMatch(reason)
  expect(program.stderr()).not.toContain('    at ')
})
