/** `/resolve` under a Trust Anchor whose keys are pinned here and whose Entity Configuration is invalid or unreachable (§8.9). */
import { beforeAll, expect, test } from 'vitest'
import type { Fault } from '#test/helpers/fault.ts'
import { anchor } from '#test/helpers/federation.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'

const ta = trustAnchorInFile()
const federation = inFile(() => anchor().leaf().start())
beforeAll(async () => {
  await ta.publishConfiguration()
  const { id, keys } = federation.top
  await ta.redis.client.hset(ta.names.trustAnchors, id, JSON.stringify(keys))
  await ta.announce({ kind: 'trust-anchors' })
})

const faults: [fault: Fault, status: number, error: string][] = [
  ['not found', 404, 'invalid_trust_anchor'],
  proves(['html', 404, 'invalid_trust_anchor'], '8.9/errors'),
  ['redirect', 404, 'invalid_trust_anchor'],
  ['expired', 404, 'invalid_trust_anchor'],
  ['foreign subject', 404, 'invalid_trust_anchor'],
  proves(['server error', 503, 'temporarily_unavailable'], '8.9/errors'),
]

eachRow(faults)('reports an anchor that misbehaves: %s', async (fault, status, error) => {
  const { top, leaf } = federation
  top.misbehave(fault)
  await ta.forget()
  const answer = await ta.get('/resolve', { sub: leaf.id, trust_anchor: top.id })
  expect(answer.json()).toMatchObject({ error })
  expect(answer.statusCode).toBe(status)
})

test('does not report the anchor if an entity below it misbehaves or is unknown', async () => {
  const { top, leaf } = federation
  top.misbehave(undefined)
  top.disown(leaf.id)
  await ta.forget()
  const unknown = await ta.get('/resolve', { sub: leaf.id, trust_anchor: top.id })
  expect(unknown.json()).toMatchObject({ error: 'invalid_trust_chain' })
  top.misbehave('html')
  await ta.forget()
  const between = await ta.get('/resolve', { sub: leaf.id, trust_anchor: entityId })
  expect(between.json()).toMatchObject({ error: 'invalid_trust_chain' })
})
