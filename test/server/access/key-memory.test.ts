/** Tests that an API key is looked up once a second at most, and that the loss of a right counts in every process. */
import { describe, expect, it, vi } from 'vitest'
import { createAccounts } from '#server/auth/accounts.ts'
import { systemClock } from '#server/clock.ts'
import { cliCaller } from '#server/identity/caller.ts'
import { adminInFile, startSecondAdmin } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { recordStatements } from '#test/helpers/statements.ts'
import { losses, type MadeKey, makeKey } from './lost-rights.ts'

const DAY_MS = 86_400_000
let ahead = 0
const now = () => new Date(systemClock().getTime() + ahead)

const admin = adminInFile({ now })
const second = inFile(() => startSecondAdmin(admin, {}, { now }))
const db = () => admin.server.installation

/** The role that the key has for a server; null: it is not valid. */
async function roleOf({ key }: Pick<MadeKey, 'key'>, { app } = admin.server): Promise<string | null> {
  const response = await fetch(`${app.listeningOrigin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: JSON.stringify({ query: '{ viewer { role } }' }),
  })
  const { data } = (await response.json()) as { data: { viewer: { role: string } | null } } // as queried
  return data.viewer?.role ?? null
}

const keyRowOf = ({ keyRow }: MadeKey) => db().apikey.findUniqueOrThrow({ where: { id: keyRow } })

describe('a request with an API key', () => {
  it('reads key, owner and roles, and notes the use; for a second, the next ones read and write nothing', async () => {
    const statements = recordStatements('Apikey', 'User', 'AnchorRole')
    // A new user and key may be announced after a look-up, which is then forgotten and done again.
    const made = await vi.waitFor(async () => {
      const made = await makeKey(admin)
      statements.take()
      expect(await roleOf(made)).toBe('OPERATOR')
      const first = { read: 0, written: 0 }
      await vi.waitFor(() => {
        const { read, written } = statements.take()
        first.read += read.length
        first.written += written.length
        expect(first).toEqual({ read: 3, written: 1 })
      })
      return made
    }, patience)
    await vi.waitFor(async () => {
      while (statements.take().read.length === 0) expect(await roleOf(made)).toBe('OPERATOR')
      const begun = performance.now()
      while (performance.now() - begun < 800) expect(await roleOf(made)).toBe('OPERATOR')
      expect(statements.take()).toEqual({ read: [], written: [] })
    }, patience)
  })

  it('shares its look-up with those at the same time', async () => {
    const statements = recordStatements('Apikey')
    // An announcement of the new key may come after a look-up, which is then forgotten.
    await vi.waitFor(async () => {
      const made = await makeKey(admin)
      statements.take()
      await Promise.all(Array.from({ length: 10 }, () => roleOf(made)))
      await vi.waitFor(() => expect(statements.take().written).toHaveLength(1))
      await roleOf(made)
      expect(statements.take().written).toEqual([])
    }, patience)
  })

  it('notes when the key was used once a minute', async () => {
    const made = await makeKey(admin)
    await roleOf(made)
    const id = made.keyRow
    const usedBefore = async (milliseconds: number) => {
      const lastRequest = new Date(Date.now() - milliseconds)
      await db().apikey.update({ where: { id }, data: { lastRequest } })
      return lastRequest
    }
    const statements = recordStatements('Apikey')
    const recently = await usedBefore(50_000)
    statements.take()
    await vi.waitFor(async () => {
      await roleOf(made)
      expect(statements.take().read).not.toEqual([])
    }, patience)
    expect((await keyRowOf(made)).lastRequest).toEqual(recently)
    await usedBefore(61_000)
    await vi.waitFor(async () => {
      await roleOf(made)
      const { lastRequest } = await keyRowOf(made)
      expect(lastRequest?.getTime()).toBeGreaterThan(recently.getTime())
    }, patience)
  })

  it('is looked up each time while it is not valid', async () => {
    const made = await makeKey(admin)
    const id = made.keyRow
    await db().apikey.update({ where: { id }, data: { enabled: false } })
    expect(await roleOf(made)).toBeNull()
    await db().apikey.update({ where: { id }, data: { enabled: true } })
    expect(await roleOf(made)).toBe('OPERATOR')
  })

  it('is refused from the moment at which the key expires', async () => {
    const made = await makeKey(admin, { days: 1 })
    expect(await roleOf(made)).toBe('OPERATOR')
    ahead = DAY_MS + 1_000
    try {
      expect(await roleOf(made)).toBeNull()
    } finally {
      ahead = 0
    }
  })
})

describe('a remembered key loses its rights in every process when', () => {
  it.each(losses)('%s', async (_when, role, lose) => {
    const made = await makeKey(admin)
    expect([await roleOf(made), await roleOf(made, second)]).toEqual(['OPERATOR', 'OPERATOR'])
    await lose(admin, made)
    expect(await roleOf(made)).toBe(role) // at once where it happened
    await vi.waitFor(async () => expect(await roleOf(made, second)).toBe(role), patience)
  })

  it('a change is announced to it', async () => {
    const { userId } = await makeKey(admin)
    const heard = second.anchors.first.events.subscribeToAccess()[Symbol.asyncIterator]()
    await admin.mutate('updateUser', { id: userId, name: 'Another' }, 'id', 'admin')
    expect(await heard.next()).toMatchObject({ value: true })
    await heard.return?.()
  })

  it('the announcement is lost, or a command does it', async () => {
    const made = await makeKey(admin)
    expect([await roleOf(made), await roleOf(made, second)]).toEqual(['OPERATOR', 'OPERATOR'])
    const command = createAccounts(admin.server) // with another client, as another process
    await command.revokeApiKey(cliCaller('test'), made.keyRow)
    for (const server of [admin.server, second])
      await vi.waitFor(async () => expect(await roleOf(made, server)).toBeNull(), patience)
  })
})
