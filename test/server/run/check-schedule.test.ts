/** Tests when subordinates are checked: spread over the interval, again soon after a failure, and after a wrong clock. */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { jobCaller } from '#server/identity/caller.ts'
import { checkInterval, checkSubordinates, nextTime } from '#server/jobs/checks.ts'
import type { RunContext } from '#server/jobs/context.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { registerMany } from '#test/helpers/many-entities.ts'
import { patience } from '#test/helpers/patience.ts'
import { registerLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()
beforeEach(() => admin.server.db.subordinate.deleteMany())

const signal = new AbortController().signal
const minutes = (count: number) => new Date(Date.now() + count * 60_000)

async function checkAll(during = signal) {
  const context = { ...admin.server, observe: admin.server.jobContext.observe } as unknown as RunContext // as its worker has it
  return checkSubordinates(context, jobCaller('check-subordinates'), during)
}

/** Before the first call, which would spread them. */
async function makeDue() {
  const rows = await admin.server.db.subordinate.findMany({ select: { id: true } })
  const data = rows.map(({ id }) => ({ subordinateId: id, nextAt: minutes(-1) }))
  await admin.server.db.subordinateCheck.createMany({ data })
}
const due = (nextAt = minutes(-1)) => admin.server.db.subordinateCheck.updateMany({ data: { nextAt } })
const checks = () => admin.server.db.subordinateCheck.findMany({ orderBy: { subordinateId: 'asc' } })

describe('nextTime', () => {
  const now = new Date('2026-11-26T12:00:00Z')
  const good = { ok: true }
  const bad = { ok: false }

  it('gives each member its own place in the interval', () => {
    const times = Array.from(
      { length: 6_000 },
      (_, id) => nextTime(id, [good], 3_600, now).getTime() - now.getTime(),
    )
    const perMinute = Map.groupBy(times, (time) => Math.ceil(time / 60_000))
    expect(Math.min(...times)).toBeGreaterThanOrEqual(360_000)
    expect(Math.max(...times)).toBeLessThan(3_960_000)
    expect(perMinute.size).toBe(60)
    for (const { length } of perMinute.values()) expect(length).toBeLessThan(150)
  })

  it('keeps the place of a member, also after a late check', () => {
    const first = nextTime(7, [good], 3_600, now)
    const late = new Date(first.getTime() + 600_000)
    expect(nextTime(7, [good], 3_600, late).getTime()).toBe(first.getTime() + 3_600_000)
  })

  it('tries again soon after a failure, and less often with each further one', () => {
    const wait = (recent: { ok: boolean }[]) => nextTime(1, recent, 86_400, now).getTime() - now.getTime()
    expect([wait([bad]), wait([bad, good]), wait([bad, bad, good]), wait([bad, bad, bad])]).toEqual(
      [5, 5, 10, 20].map((count) => count * 60_000),
    )
    expect(wait(Array.from({ length: 24 }, () => bad))).toBeLessThanOrEqual(86_400_000 * 1.1)
  })
})

describe('checkInterval', () => {
  it('is three minutes, and longer for many members or where the settings say so', async () => {
    const { db } = admin.server
    expect(await checkInterval(db)).toBe(180)
    await db.$executeRaw`
      INSERT INTO "Subordinate" ("entityId", "metadata", "jwks", "entityConfiguration", "entityConfigurationExpiresAt", "lastCheckedAt")
      SELECT 'https://rp' || n || '.example', '{}', '{"keys": []}', '', now(), now() FROM generate_series(1, 5000) AS n`
    expect(await checkInterval(db)).toBe(500)
    await admin.mutate('updateTrustAnchor', { checkMinutes: 60 }, 'version', 'admin')
    expect(await checkInterval(db)).toBe(3_600)
    await admin.mutate('updateTrustAnchor', { checkMinutes: null }, 'version', 'admin')
    await db.subordinate.deleteMany()
  })
})

describe('checkSubordinates', () => {
  it('spreads new members over the interval', async () => {
    const many = await registerMany(admin.server.db, admin.entityId, 300)
    await checkAll()
    const times = (await checks()).map(({ nextAt }) => nextAt.getTime() - Date.now())
    expect(times).toHaveLength(300)
    expect(Math.max(...times)).toBeLessThanOrEqual(180_000)
    expect(times.filter((time) => time > 90_000).length).toBeGreaterThan(75)
    await many.close()
  })

  it('checks each due member once, more than a page of them, and remembers what it found', async () => {
    // With an interval of minutes, one could be due again while the others are checked.
    await admin.mutate('updateTrustAnchor', { checkMinutes: 60 }, 'version', 'admin')
    const many = await registerMany(admin.server.db, admin.entityId, 260)
    await makeDue()
    expect(await checkAll()).toMatchObject({ checked: 260, failed: 0, changed: 260 })
    expect([...many.requests.values()]).toEqual(Array(260).fill(1))
    for (const { nextAt, recent } of await checks()) {
      expect(nextAt.getTime()).toBeGreaterThan(Date.now())
      expect(recent).toMatchObject([{ ok: true, message: expect.stringContaining('client_name') }])
    }
    await many.close()
    await admin.mutate('updateTrustAnchor', { checkMinutes: null }, 'version', 'admin')
  })

  it('offers the recent checks, newest first, and when the next one is due', async () => {
    const { leaf } = await registerLeaf(admin, {}, { etag: '"1"' })
    await makeDue()
    for (const fault of [undefined, 'server error', undefined] as const) {
      leaf.misbehave(fault)
      await due()
      await checkAll()
    }
    const document = `query ($entityId: EntityIdentifier!) {
      subordinate(entityId: $entityId) { nextCheckAt checks(last: 2) { at ok milliseconds message } } }`
    const { data } = await admin.execute(document, { entityId: leaf.id }, 'viewer')
    const { checks: found, nextCheckAt } = data.subordinate
    expect(found).toMatchObject([{ ok: true }, { ok: false, message: expect.stringContaining('500') }])
    expect(found[0].milliseconds).toBeGreaterThanOrEqual(0)
    expect(new Date(nextCheckAt).getTime()).toBeGreaterThan(Date.now())
  })

  it('checks again at once when its time is too far away, after a wrong clock or a shorter interval', async () => {
    await registerLeaf(admin)
    await makeDue()
    await due(minutes(24 * 60))
    expect(await checkAll()).toEqual({ checked: 1, failed: 0, changed: 0 })
    await admin.mutate('updateTrustAnchor', { checkMinutes: 60 }, 'version', 'admin')
    await due(minutes(30))
    expect(await checkAll()).toEqual({ checked: 0, failed: 0, changed: 0 })
    await admin.mutate('updateTrustAnchor', { checkMinutes: 10 }, 'version', 'admin')
    expect(await checkAll()).toEqual({ checked: 1, failed: 0, changed: 0 })
    await admin.mutate('updateTrustAnchor', { checkMinutes: null }, 'version', 'admin')
  })

  it('leaves a deactivated member alone', async () => {
    const { leaf } = await registerLeaf(admin, { active: false })
    await makeDue()
    const { length } = leaf.requests
    expect(await checkAll()).toEqual({ checked: 0, failed: 0, changed: 0 })
    expect(leaf.requests).toHaveLength(length)
  })

  it('stops when the worker closes, and leaves the rest to the next one', async () => {
    await registerLeaf(admin)
    await makeDue()
    expect(await checkAll(AbortSignal.abort())).toEqual({ checked: 0, failed: 0, changed: 0 })
    expect(await checkAll()).toEqual({ checked: 1, failed: 0, changed: 0 })
  })

  it('ends early without an error when the worker closes during a check', async () => {
    const { leaf } = await registerLeaf(admin)
    await makeDue()
    leaf.misbehave('hang')
    const asked = leaf.requests.length
    const closing = new AbortController()
    const checking = checkAll(closing.signal)
    await vi.waitFor(() => expect(leaf.requests.length).toBeGreaterThan(asked), patience)
    closing.abort()
    expect(await checking).toEqual({ checked: 0, failed: 0, changed: 0 })
    const row = await admin.server.db.subordinate.findUniqueOrThrow({ where: { entityId: leaf.id } })
    expect(row.failingSince).toBeNull()
  })

  it('reports an unexpected error of one check after it has checked the others', async () => {
    const many = await registerMany(admin.server.db, admin.entityId, 60) // more than are checked at a time
    const [entityId = ''] = many.ids
    await admin.server.db.subordinate.update({ where: { entityId }, data: { jwks: 5 } })
    await makeDue()
    await expect(checkAll()).rejects.toThrow(TypeError)
    const [broken, ...others] = await checks()
    expect(broken?.recent).toEqual([])
    for (const { recent } of others) expect(recent).toMatchObject([{ ok: true }])
    await many.close()
  })
})
