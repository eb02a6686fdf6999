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

it('asks once, for one anchor and for two', async () => {
  expect(await statementsOf(() => lookAfter(installation(), [first]))).toHaveLength(1)
  expect(await statementsOf(() => lookAfter(installation(), [first, other]))).toHaveLength(1)
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

it('notices a change of settings in any anchor', async () => {
  const look = () => lookAfter(installation(), [first, other])
  const before = await look()
  expect(await look()).toBe(before)
  await other.db.settings.update({ where: { id: 1 }, data: { version: { increment: 1 } } })
  expect(await look()).not.toBe(before)
})
