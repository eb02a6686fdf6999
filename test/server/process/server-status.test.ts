/** Tests the status of the installation: expiries per day, and changes of publication. */
import { expect, it, vi } from 'vitest'
import { adminInFile, startSecondAdmin } from '#test/helpers/admin.ts'
import { patience } from '#test/helpers/patience.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'
import { type Subscription, subscribe } from '#test/helpers/subscription.ts'

const admin = adminInFile()

const DAY = 86_400_000

it('counts the expiries of each of the next thirty days', async () => {
  const [first, second, inactive] = [await startLeaf(admin), await startLeaf(admin), await startLeaf(admin)]
  for (const leaf of [first, second]) await register(admin, leaf, { validFor: 48 })
  await register(admin, inactive, { validFor: 48, active: false })
  const type = 'https://ta.example.org/marks/member'
  await admin.mutate('createTrustMarkType', { type, validFor: 72 }, 'id')
  await admin.mutate('issueTrustMark', { trustMarkType: type, entityId: first.id }, 'id')
  const expired = { statementExpiresAt: new Date(Date.now() - 2 * DAY) }
  await admin.server.db.subordinate.update({ where: { entityId: second.id }, data: expired })

  const document = `{ serverStatus { expiringByDay { date statements entityConfigurations trustMarks } } }`
  const { expiringByDay: days } = (await admin.execute(document, {}, 'viewer')).data.serverStatus
  expect(days).toHaveLength(30)
  const today = Math.floor(Date.now() / DAY) * DAY
  expect(Date.parse(days[0].date)).toBe(today)
  const row = await admin.server.db.subordinate.findUniqueOrThrow({ where: { entityId: first.id } })
  const dayOf = (at: Date | null) => Math.floor((Number(at) - today) / DAY)
  const counted = (name: string) =>
    days.flatMap((day: Record<string, number>, index: number) =>
      Array.from({ length: Number(day[name]) }, () => index),
    )
  expect(counted('statements')).toEqual([dayOf(row.statementExpiresAt)])
  const own = dayOf(row.entityConfigurationExpiresAt)
  expect(counted('entityConfigurations')).toEqual([own, own])
  const mark = await admin.server.db.trustMark.findFirstOrThrow()
  expect(counted('trustMarks')).toEqual([dayOf(mark.expiresAt)])
})

const follow = (url: string) =>
  subscribe(url, admin.keys.viewer, 'subscription { publicationChanged { health pending redisReachable } }')
const states = ({ results }: Subscription) => results.map(({ data }) => data?.publicationChanged)

it('streams the current state of publication and each change, in every process', async () => {
  const second = await startSecondAdmin(admin)
  const both = [await follow(admin.adminUrl), await follow(second.app.listeningOrigin)]
  const upToDate = { health: 'UP_TO_DATE', pending: 0, redisReachable: true }
  for (const each of both) await vi.waitFor(() => expect(states(each)).toEqual([upToDate]), patience)

  await admin.redis.stop()
  await admin.mutate('createTrustMarkType', { type: 'https://ta.example.org/marks/late' }, 'id')
  const stalled = { health: 'STALLED', pending: 1, redisReachable: false }
  for (const each of both) await vi.waitFor(() => expect(states(each)).toContainEqual(stalled), patience)

  await admin.redis.restart()
  for (const each of both) await vi.waitFor(() => expect(states(each).at(-1)).toEqual(upToDate), patience)
  await second.close()
  await both[1]?.ended
})
