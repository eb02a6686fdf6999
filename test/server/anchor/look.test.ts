/** Tests that one statement finds what waits in any anchor, and that each then does what waits in it. */
import { pino } from 'pino'
import { expect, it, vi } from 'vitest'
import type { Anchor } from '#server/anchors/anchor.ts'
import { lookAfter } from '#server/anchors/look.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { inFile, standIn } from '#test/helpers/in-file.ts'
import { statementsInFile } from '#test/helpers/statements.ts'

const statementsOf = statementsInFile()
const admin = adminInFile()
const first = standIn(() => admin.server.anchors.first)
const other = inFile(() => makeAnchor(admin, 'other'))
const installation = () => {
  const { installation: db, now } = admin.server
  return { db, now, log: pino({ level: 'silent' }) }
}

it('asks for two anchors as often as for one', async () => {
  const ofOne = await statementsOf(() => lookAfter(installation(), [first]))
  const ofTwo = await statementsOf(() => lookAfter(installation(), [first, other]))
  expect(ofOne.filter((text) => text.includes('OutboxEntry'))).toHaveLength(1)
  expect(ofTwo.length, ofTwo.join('\n')).toBe(ofOne.length)
})

it('asks only the anchor in which something waits', async () => {
  const spyOn = ({ publisher, runs }: Anchor) => ({
    publish: vi.spyOn(publisher, 'look'),
    recover: vi.spyOn(runs, 'lookAfter').mockResolvedValue(),
  })
  const [ofFirst, ofOther] = [spyOn(first), spyOn(other)]
  await other.db.outboxEntry.create({ data: { topic: 'entity-configuration' } })
  await other.db.run.create({
    data: { kind: 'SUBORDINATES', startedBy: 'admin', heartbeatAt: new Date(Date.now() - 60_000) },
  })
  await lookAfter(installation(), [first, other])
  expect(ofFirst.publish).toHaveBeenLastCalledWith(expect.objectContaining({ isWaiting: false }))
  expect(ofOther.publish).toHaveBeenCalledWith(expect.objectContaining({ isWaiting: true }))
  expect(ofFirst.recover).not.toHaveBeenCalled()
  expect(ofOther.recover).toHaveBeenCalled()
  await expect.poll(() => other.db.outboxEntry.count()).toBe(0)
})

it('looks after the others while one cannot be read', async () => {
  const { installation: db } = admin.server
  await db.$executeRaw`ALTER TABLE "anchor_other"."PublisherLease" RENAME TO "Away"`
  await first.db.outboxEntry.create({ data: { topic: 'entity-configuration' } })
  await lookAfter(installation(), [first, other])
  await expect.poll(() => first.db.outboxEntry.count()).toBe(0)
  await db.$executeRaw`ALTER TABLE "anchor_other"."Away" RENAME TO "PublisherLease"`
})

it('notices a change of settings in any anchor', async () => {
  const look = () => lookAfter(installation(), [first, other])
  const before = await look()
  expect(await look()).toBe(before)
  await other.db.settings.update({ where: { id: 1 }, data: { version: { increment: 1 } } })
  expect(await look()).not.toBe(before)
})
