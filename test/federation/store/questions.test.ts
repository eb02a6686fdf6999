/** Tests the queue between the public endpoints and the admin side, on a real Redis. */
import { afterEach, describe, expect, it } from 'vitest'
import { redisKeys } from '#store/keys.ts'
import {
  type Answer,
  createQuestions,
  EXAMINATION_INTERVAL_MS,
  MAX_EXAMINATIONS,
  MAX_OF_CLIENT,
  MAX_QUESTIONS,
  type Question,
} from '#store/questions.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { startRedis } from '#test/helpers/redis.ts'

const names = redisKeys('test:')

const redis = inFile(startRedis)
const questions = inFile(() => createQuestions({ redis: redis.client, prefix: 'test:' }))
afterEach(() => redis.client.flushall())

const question = (name = 'rp', further: Partial<Question> = {}): Question => ({
  endpoint: 'enroll',
  wants: 'examination',
  entityId: `https://${name}.example.org`,
  trustMarkType: null,
  ...further,
})
const answer: Answer = { state: 'waiting', message: 'It waits.', checks: [], at: 1_700_000_000 }

describe('a question', () => {
  it('is asked once, and due until it is answered', async () => {
    expect(await questions.waitFor(question())).toBe(null)
    expect([await questions.ask(question(), null), await questions.ask(question(), null)]).toEqual([
      true,
      true,
    ])
    expect(await questions.waitFor(question())).toBe(0)
    expect(await questions.due(10)).toEqual([question()])
    await questions.answer(question(), answer, 60)
    expect(await questions.due(10)).toEqual([])
    expect(await questions.answerTo(question())).toEqual(answer)
    expect(await redis.client.ttl((await redis.client.keys('test:inmor:answer:*'))[0] ?? '')).toBeGreaterThan(
      50,
    )
  })

  it('comes after those that were asked before, and each has an answer of its own', async () => {
    const asked = [
      question('b'),
      question('a'),
      question('a', { endpoint: 'trust_mark_request', trustMarkType: 'https://marks.example.org/1' }),
    ]
    for (const each of asked) {
      await questions.ask(each, null)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    expect(await questions.due(2)).toEqual(asked.slice(0, 2))
    await questions.answer(question('a'), answer, 60)
    expect(await questions.answerTo(question('b'))).toBeUndefined()
    expect(await questions.due(10)).toEqual([asked[0], asked[2]])
  })

  it('is refused when too many wait, but for one that waits already', async () => {
    const entries = Array.from({ length: MAX_QUESTIONS }, (_, at) => [
      1,
      `["enroll","state","https://${at}.example",null]`,
    ])
    await redis.client.zadd(names.questions, ...entries.flat())
    expect(await questions.ask(question(), null)).toBe(false)
    expect(await questions.ask({ ...question(), wants: 'state', entityId: 'https://1.example' }, null)).toBe(
      true,
    )
    expect(await redis.client.zcard(names.questions)).toBe(MAX_QUESTIONS)
  })

  it('waits until its entity may be examined again, and says how long', async () => {
    await questions.ask(question(), null)
    expect(await questions.mayExamine(question())).toBe(true)
    await questions.answer(question(), answer, 60)
    await questions.ask(question(), null)
    const wait = await questions.waitFor(question())
    expect(wait).toBeGreaterThan(EXAMINATION_INTERVAL_MS - 5_000)
    expect(wait).toBeLessThanOrEqual(EXAMINATION_INTERVAL_MS)
    await questions.ask(question('rp', { wants: 'state' }), null)
    expect(await questions.due(10)).toEqual([question('rp', { wants: 'state' })])
  })

  it('of one client leaves room for others, and comes after theirs', async () => {
    const asked = []
    for (let at = 0; at < MAX_OF_CLIENT + 5; at++)
      asked.push(await questions.ask(question(`greedy-${at}`), '192.0.2.1'))
    expect(asked.filter(Boolean)).toHaveLength(MAX_OF_CLIENT)
    expect(await questions.ask(question('greedy-0'), '192.0.2.1')).toBe(true)
    expect(await questions.ask(question('other'), '2001:db8::/64')).toBe(true)
    expect(await questions.due(MAX_QUESTIONS)).toContainEqual(question('other'))
    expect(await questions.waitFor(question(`greedy-${MAX_OF_CLIENT - 1}`))).toBeGreaterThan(50_000)
    for (const each of ['greedy-0', 'greedy-1']) await questions.answer(question(each), answer, 60)
    const further = [1, 2, 3].map((at) => question(`further-${at}`))
    const accepted = []
    for (const each of further) accepted.push(await questions.ask(each, '192.0.2.1'))
    expect(accepted).toEqual([true, true, false])
    const [name = ''] = await redis.client.keys('test:inmor:questions_of_client:*')
    expect(await redis.client.pttl(name)).toBeGreaterThan(0)
  })

  it('that only an examination can answer becomes one', async () => {
    const asked = question('rp', { wants: 'state or examination' })
    await questions.ask(asked, null)
    await questions.replace(asked, 'examination')
    expect([await questions.waitFor(asked), await questions.due(10)]).toEqual([null, [question()]])
  })

  it('that another version wrote is dropped, and an answer of it is none', async () => {
    await redis.client.zadd(names.questions, 1, '["other"]', 1, 'no JSON', 1, '["enroll","state",7,null]')
    expect(await questions.due(10)).toEqual([])
    expect(await redis.client.zcard(names.questions)).toBe(0)
    await questions.answer(question(), { ...answer, state: 'other' as Answer['state'] }, 60)
    expect(await questions.answerTo(question())).toBeUndefined()
  })
})

describe('an examination', () => {
  it('is allowed once a minute for an entity, and the question waits for the next', async () => {
    await questions.ask(question(), null)
    expect(await questions.mayExamine(question())).toBe(true)
    await questions.ask(question('rp', { endpoint: 'self_check' }), null)
    expect(await questions.mayExamine(question('rp', { endpoint: 'self_check' }))).toBe(false)
    // The first one is tried again if its worker dies.
    expect(await questions.due(10)).toEqual([question()])
    const [, score] = await redis.client.zrange(names.questions, -1, -1, 'WITHSCORES')
    const wait = Number(score) - Date.now()
    expect(wait).toBeGreaterThan(EXAMINATION_INTERVAL_MS - 5_000)
    expect(wait).toBeLessThanOrEqual(EXAMINATION_INTERVAL_MS + 1_000)
  })

  it('is allowed for a number of entities in a minute', async () => {
    const minute = Math.floor(Date.now() / 60_000)
    for (const each of [minute, minute + 1])
      await redis.client.set(names.examinations(each), MAX_EXAMINATIONS - 1)
    for (const name of ['a', 'b']) await questions.ask(question(name), null)
    expect(await questions.mayExamine(question('a'))).toBe(true)
    expect(await questions.mayExamine(question('b'))).toBe(false)
    expect(await questions.due(10)).toEqual([question('a')])
    expect(await redis.client.keys('test:inmor:examination_claim:*')).toHaveLength(1)
  })

  it('that failed is tried again later', async () => {
    await questions.ask(question(), null)
    await questions.postpone(question(), 60_000)
    expect(await questions.due(10)).toEqual([])
    expect(await questions.waitFor(question())).toBeGreaterThan(50_000)
    await questions.postpone(question('never asked'), 0)
    expect(await redis.client.zcard(names.questions)).toBe(1)
  })
})
