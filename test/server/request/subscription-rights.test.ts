/** Tests what open subscriptions cost, and that they end with the rights of their caller. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { createAccounts } from '#server/auth/accounts.ts'
import { createRightsWatch } from '#server/auth/rights-watch.ts'
import { systemClock } from '#server/clock.ts'
import { cliCaller } from '#server/identity/caller.ts'
import { adminInFile, startSecondAdmin } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { recordStatements } from '#test/helpers/statements.ts'
import { subscribe } from '#test/helpers/subscription.ts'
import { signedIn, type Visitor } from '#test/helpers/visitor.ts'
import { losses, makeKey } from '../access/lost-rights.ts'

const DAY_MS = 86_400_000
let ahead = 0
const now = () => new Date(systemClock().getTime() + ahead)

const admin = adminInFile({ now })
const second = inFile(() => startSecondAdmin(admin, {}, { now }))

const CHANGED = 'subscription { changed { about auditEvent { action resource } } }'
const listen = (credentials: string | { cookie: string }, { app } = admin.server, document = CHANGED) =>
  subscribe(app.listeningOrigin, credentials, document)

const cookieOf = ({ cookies }: Visitor) => ({
  cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
})

let changes = 0
/** Writes an audit entry, and names its resource. */
async function change(): Promise<string> {
  const type = `https://example.org/type/${++changes}`
  await admin.mutate('createTrustMarkType', { type }, 'id')
  return type
}

/** The tables that decide about rights. */
const tables = ['User', 'Apikey', 'AnchorRole', 'OrganizationUser', 'Session', 'Passkey']
const isState = (statement: string) => statement.includes('ROW(')
/** Each minute, without a subscription too. */
const endsSuspensions = (statement: string) => statement.includes('"suspendedUntil" <=')

describe('open subscriptions in which nothing happens', () => {
  it('share one statement, which writes nothing, however many they are', async () => {
    const callers = [...Object.values(admin.keys), cookieOf(await signedIn(admin, 'viewer'))]
    await Promise.all(Array.from({ length: 40 }, (_, at) => listen(callers[at % callers.length] ?? '')))
    const statements = recordStatements(...tables)
    const taken: string[] = []
    const untilStates = (count: number) =>
      vi.waitFor(() => {
        const { read, written } = statements.take()
        taken.push(...read.filter((statement) => !endsSuspensions(statement)))
        expect(written).toEqual([])
        expect(taken.filter(isState).length).toBeGreaterThanOrEqual(count)
      }, patience)
    await untilStates(2) // each caller has been compared once
    taken.length = 0
    await untilStates(4)
    expect(taken.filter((statement) => !isState(statement))).toEqual([])
  })

  it('look up a caller once after a change of its user, for all of its streams', async () => {
    const made = await makeKey(admin)
    const streams = await Promise.all(Array.from({ length: 20 }, () => listen(made.key)))
    const statements = recordStatements('Apikey')
    const lookUps = () => statements.take().read.filter((statement) => !isState(statement)).length
    await vi.waitFor(() => expect(lookUps()).toBeGreaterThan(0), patience)
    lookUps()
    await createAccounts(admin.server).revokeApiKey(cliCaller('test'), made.keyRow)
    lookUps() // those of the revocation
    await Promise.all(streams.map(({ ended }) => ended))
    expect(lookUps()).toBeLessThanOrEqual(1)
  })
})

describe('a change', () => {
  it.each([
    ['changed', CHANGED],
    ['auditEventRecorded', 'subscription { auditEventRecorded { action resource } }'],
  ])('is read once for many streams of %s', async (_name, document) => {
    const streams = await Promise.all(
      Array.from({ length: 60 }, () => listen(admin.keys.viewer, admin.server, document)),
    )
    const statements = recordStatements('AuditEvent')
    const resource = await change()
    const isHere = ({ results }: (typeof streams)[number]) => JSON.stringify(results).includes(resource)
    await vi.waitFor(() => expect(streams.every(isHere)).toBe(true), patience)
    expect(statements.take().read.length).toBeLessThan(10) // those of the mutation, too
  })
})

describe('a subscription ends in every process when', () => {
  it.each(losses)('%s', async (_when, _role, lose) => {
    const made = await makeKey(admin)
    const [here, there] = [await listen(made.key), await listen(made.key, second)]
    await lose(admin, made)
    await Promise.all([here.ended, there.ended])
  })

  it('a command revokes the key', async () => {
    const made = await makeKey(admin)
    const [here, there] = [await listen(made.key), await listen(made.key, second)]
    await createAccounts(admin.server).revokeApiKey(cliCaller('test'), made.keyRow)
    await Promise.all([here.ended, there.ended])
  })

  it('the key expires', async () => {
    const { key } = await makeKey(admin, { days: 1 })
    const [here, there] = [await listen(key), await listen(key, second)]
    ahead = DAY_MS + 1_000
    try {
      await Promise.all([here.ended, there.ended])
    } finally {
      ahead = 0
    }
  })

  it('the session is signed out, and not one of the same user', async () => {
    const [one, other] = [await signedIn(admin, 'operator'), await signedIn(admin, 'operator')]
    const streams = [await listen(cookieOf(one)), await listen(cookieOf(one), second)]
    const kept = await listen(cookieOf(other))
    await one.auth('/sign-out', {})
    await Promise.all(streams.map(({ ended }) => ended))
    const resource = await change()
    await vi.waitFor(() => expect(JSON.stringify(kept.results)).toContain(resource), patience)
  })
})

it('a subscription whose source waits ends as well', async () => {
  const made = await makeKey(admin)
  const document = 'subscription { runsChanged { id } }'
  const { ended, results } = await listen(made.key, admin.server, document)
  await admin.mutate('revokeApiKey', { id: made.keyId }, 'id', 'admin')
  await ended
  expect(results).toEqual([])
})

it('the end of one stream does not stop the watch of a later one with the same key', async () => {
  const lookUp = async () => null
  const { watch } = createRightsWatch({ db: admin.server.installation, now, lookUp })
  const caller = cliCaller('test')
  const credentials = { 'x-api-key': 'any' }
  const stop = watch(credentials, caller, () => undefined)
  stop()
  const { promise, resolve } = Promise.withResolvers<void>()
  const stopLater = watch(credentials, caller, resolve)
  stop()
  await promise
  stopLater()
})

it('a subscription whose caller leaves before the answer is watched no longer', async () => {
  const statements = recordStatements('OrganizationUser')
  for (let delay = 1; delay <= 20; delay++)
    await Promise.all(Array.from({ length: 10 }, () => leaveAfter(delay)))
  await vi.waitFor(async () => {
    statements.take()
    await sleep(1_100) // two intervals of the watch
    expect(statements.take().read.filter(isState)).toEqual([])
  }, patience)
})

/** Asks for a subscription, and closes the connection. */
async function leaveAfter(milliseconds: number): Promise<void> {
  const asked = fetch(`${admin.adminUrl}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      'x-api-key': admin.keys.viewer,
    },
    body: JSON.stringify({ query: CHANGED }),
    signal: AbortSignal.timeout(milliseconds),
  })
  await asked.then((response) => response.text()).catch(() => undefined)
}

it('a subscription goes on after a change of its user that leaves its rights', async () => {
  const made = await makeKey(admin)
  const { results } = await listen(made.key)
  const further = { username: made.username, name: 'further' }
  await admin.mutate('createApiKey', further, 'key', 'admin')
  const statements = recordStatements('Apikey')
  await vi.waitFor(() => expect(statements.take().read.filter(isState)).not.toEqual([]), patience)
  const resource = await change()
  await vi.waitFor(() => expect(JSON.stringify(results)).toContain(resource), patience)
})
