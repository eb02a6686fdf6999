/** Measures what a caller costs: requests with a session against an API key, open subscriptions, and a change for all of them. */
import { setTimeout } from 'node:timers/promises'
import { request as open } from 'undici'
import type { AdminClient } from '#server/demo/admin-client.ts'
import { milliseconds, number, type Part, type Section, section } from './document.ts'
import type { Request } from './endpoint.ts'
import { type Installation, mutate, prepareInstallation, stopSchedules } from './installation.ts'
import { type Program, until } from './program.ts'
import { json, signIn } from './session.ts'
import { alternate, best, measure, type Rate } from './wrk.ts'

const ROUNDS = 3
const STREAMS = 1_000
/** Each with an API key. */
const USERS = 100
/** In these, every poll of the server has happened several times. */
const REST_SECONDS = 15
/** After the streams are open: PostgreSQL counts transactions some seconds late. */
const SETTLING_MS = 12_000

export const callersPart: Part = {
  name: 'callers',
  usual: ['quick', 'full'],
  async measure(effort) {
    const installation = await prepareInstallation()
    const program = await installation.start()
    await stopSchedules(installation)
    const key = String(await program.ask('key'))
    const seconds = { quick: 3, full: 8 }[effort]
    const sections = [
      await measureRequests(installation, program, { key, seconds }),
      await measureStreams(installation, program, key),
    ]
    await installation.close()
    return sections
  },
}

async function measureRequests(
  { adminUrl }: Installation,
  { usage }: Program,
  { key, seconds }: { key: string; seconds: number },
): Promise<Section> {
  const kinds = [{ cookie: await signIn(adminUrl) }, { 'x-api-key': key }]
  const loads = kinds.map((headers) => ({ url: adminUrl, requests: [queryWith(headers)], usage }))
  const rates = await alternate(loads, ROUNDS, (load) => measure(load, seconds))
  const [session, apiKey] = [best(rates[0]), best(rates[1])]
  const row = (name: string, { perSecond, processor, p99 }: Rate, share: string) => [
    ...[name, number(perSecond), `${number(processor)} µs`, milliseconds(p99), share],
  ]
  return section(
    'Requests with a session and with an API key',
    'The query `{ viewer { username } }`, on 32 connections. The share compares the processor time of the admin server; the aim is 0.9.',
    ['', 'requests/s', 'processor time of one', 'p99', 'share'],
    [
      row('with a session', session, ''),
      row('with an API key', apiKey, (session.processor / apiKey.processor).toFixed(2)),
    ],
  )
}

async function measureStreams(installation: Installation, program: Program, key: string): Promise<Section> {
  const { adminUrl } = installation
  const admin = await installation.openAdmin(key)
  const keys = []
  for (let at = 0; at < USERS; at++) keys.push(await makeUser(admin, `listener${at}`))
  const before = await atRest(installation, program)
  const streams = await openStreams(adminUrl, keys)
  await setTimeout(SETTLING_MS)
  const during = await atRest(installation, program)
  const { clock, processor } = await program.time(() => changeForAll(admin, streams))
  streams.close()
  const row = (name: string, { share, written, statements }: Rest) => [
    ...[name, `${share.toFixed(1)} %`, written.toFixed(1), statements.toFixed(1)],
  ]
  const { title, body } = section(
    'Open subscriptions',
    `${number(STREAMS)} streams of ${number(USERS)} users in which nothing happens. The aim is less than 1 % of a core more than without, and no write.`,
    ['', 'of a core', 'rows written a second', 'transactions a second'],
    [row('without a stream', before), row(`${number(STREAMS)} streams`, during)],
  )
  return {
    title,
    body: `${body}\n\nOne change reached all of them in ${milliseconds(clock * 1000)}, with ${milliseconds(processor * 1000)} of processor time. The aim is less than 1 s.`,
  }
}

type Rest = { share: number; written: number; statements: number }

async function atRest({ query }: Installation, program: Program): Promise<Rest> {
  const read = async () => {
    const [row] = await query(`SELECT xact_commit + xact_rollback AS statements,
      tup_inserted + tup_updated + tup_deleted AS written FROM pg_stat_database WHERE datname = current_database()`)
    return { ...(await program.usage()), written: Number(row.written), statements: Number(row.statements) }
  }
  const before = await read()
  await setTimeout(REST_SECONDS * 1000)
  const after = await read()
  return {
    share: (after.processor - before.processor) / 1e4 / REST_SECONDS,
    written: (after.written - before.written) / REST_SECONDS,
    statements: (after.statements - before.statements) / REST_SECONDS,
  }
}

async function makeUser(admin: AdminClient, username: string): Promise<string> {
  await mutate(admin, 'createUser', { username, role: 'VIEWER' }, 'user')
  const query =
    'mutation ($input: CreateApiKeyInput!) { made: createApiKey(input: $input) { ... on CreateApiKeySuccess { key } } }'
  return (await admin<{ made: { key: string } }>(query, { input: { username, name: 'listener' } })).made.key
}

type Streams = { received(): number; close(): void }

/** As the console subscribes. */
async function openStreams(url: string, keys: readonly string[]): Promise<Streams> {
  const closing = new AbortController()
  let received = 0
  const one = async (key: string) => {
    const { body } = await open(`${url}/graphql`, {
      method: 'POST',
      headers: { ...json, accept: 'text/event-stream', 'x-api-key': key },
      body: JSON.stringify({
        query: 'subscription { changed { about auditEvent { resource resourceType } } }',
      }),
      signal: closing.signal,
      bodyTimeout: 0,
    })
    body.on('data', (chunk: Buffer) => {
      if (chunk.includes('event: next')) received++
    })
    body.on('error', () => undefined) // closed below
  }
  for (let opened = 0; opened < STREAMS; opened += keys.length) await Promise.all(keys.map(one))
  return { received: () => received, close: () => closing.abort() }
}

/** Ends when the last stream has the change. */
async function changeForAll(admin: AdminClient, { received }: Streams): Promise<void> {
  const before = received()
  await mutate(admin, 'createTrustMarkType', { type: 'https://example.org/streams' }, 'trustMarkType')
  await until(async () => received() >= before + STREAMS, 2)
}

const queryWith = (headers: Record<string, string>): Request => ({
  method: 'POST',
  path: '/graphql',
  headers: { ...json, ...headers },
  body: JSON.stringify({ query: '{ viewer { username } }' }),
})
