/** Tests the public endpoints under abuse: examinations, memory and stored rows stay within their limits. */

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeAll, expect, it, onTestFinished } from 'vitest'
import { createQuestions, MAX_EXAMINATIONS, MAX_QUESTIONS } from '#store/questions.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { startLeaf } from '#test/helpers/subordinate.ts'
import { forget, get, names, offer, post } from './public-test.ts'

const admin = adminInFile()
beforeAll(() => offer(admin, 'SELF_CHECK', 'ENROLL'))
afterEach(() => forget(admin))

const REQUESTS = 10_000
const CONCURRENCY = 50

async function many(send: (at: number) => Promise<Response>): Promise<Record<number, number>> {
  const statuses: Record<number, number> = {}
  let next = 0
  const client = async () => {
    for (let at = next++; at < REQUESTS; at = next++) {
      const response = await send(at)
      await response.body?.cancel()
      statuses[response.status] = (statuses[response.status] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, client))
  return statuses
}

it('10 000 requests for two entities are an examination of each, and one request', async () => {
  const [checked, enrolled] = [await startLeaf(admin), await startLeaf(admin)]
  const statuses = await many((at) =>
    at % 2 === 0
      ? post(admin, '/enroll', { sub: enrolled.id })
      : get(admin, '/self_check', { sub: checked.id }),
  )
  expect((statuses[202] ?? 0) + (statuses[200] ?? 0)).toBe(REQUESTS)
  await expect.poll(() => admin.server.db.request.count()).toBe(1)
  // In the minutes that it took.
  expect(checked.requests.length).toBeLessThanOrEqual(4)
  expect(enrolled.requests).toHaveLength(1)
})

it('10 000 questions about as many entities fill the queue, and no more', async () => {
  const visited: string[] = []
  const server = createServer((request, response) => {
    visited.push(request.url ?? '')
    response.writeHead(404).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { client } = admin.redis
  const questions = createQuestions({ redis: client })
  let accepted = 0
  // What the federation server does with each request within the limit of its address.
  for (let at = 0; at < REQUESTS; at += CONCURRENCY) {
    const asked = Array.from({ length: CONCURRENCY }, (_, each) => ({
      endpoint: 'enroll' as const,
      wants: 'examination' as const,
      entityId: `${origin}/${at + each}`,
      trustMarkType: null,
    }))
    accepted += (await Promise.all(asked.map((question) => questions.ask(question, null)))).filter(
      Boolean,
    ).length
  }
  const waiting = await client.zcard(names.questions)
  expect(waiting).toBeLessThanOrEqual(MAX_QUESTIONS + CONCURRENCY)
  expect(accepted).toBeLessThanOrEqual(MAX_QUESTIONS + CONCURRENCY + 2 * MAX_EXAMINATIONS)
  await expect.poll(() => visited.length).toBeGreaterThan(MAX_EXAMINATIONS / 2)
  // The entities are examined in the minute in which they are asked for and in the next, at most.
  expect(visited.length).toBeLessThanOrEqual(2 * MAX_EXAMINATIONS)
  expect(await admin.server.db.request.count()).toBe(0)
  expect(await admin.server.db.subordinate.count()).toBe(0)
  for (const key of await client.keys('inmor:answer:*')) expect(await client.ttl(key)).toBeGreaterThan(0)
})

it('a full queue answers 503, and nothing of it is kept', async () => {
  const { client } = admin.redis
  const later = Date.now() + 3_600_000
  const entries = Array.from({ length: MAX_QUESTIONS }, (_, at) => [
    later,
    `["self_check","state","https://${at}.example",null]`,
  ])
  await client.zadd(names.questions, ...entries.flat())
  const response = await get(admin, '/self_check', { sub: 'http://127.0.0.1:1/full' })
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
  expect(await response.json()).toMatchObject({
    error: 'temporarily_unavailable',
    error_description: 'Too many entities wait to be examined. Try again in a few minutes.',
  })
  expect(await client.zcard(names.questions)).toBe(MAX_QUESTIONS)
})
