/**
 * What the public asks of the admin side, which alone has the database: to examine an entity, to look at new keys of a
 * subordinate or take those that it pushed (pushed-keys.ts), or what became of a request. The server itself asks to look at a
 * changed subordinate. The federation server asks and reads answers; the admin side answers. Every key is bounded or expires.
 */
import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { isJsonObject } from '#core/json.ts'
import { readJson } from './json-text.ts'
import { redisKeys } from './keys.ts'
import { guarded } from './outage.ts'

export const questionEndpoints = [
  'self_check',
  'enroll',
  'trust_mark_request',
  'jwks_update_trigger',
  'jwks_update',
  /** Of the server itself: it fetched something else than what is stored. */
  'resolve',
] as const
export type QuestionEndpoint = (typeof questionEndpoints)[number]

const wanted = ['examination', 'state', 'state or examination'] as const

export type Question = {
  endpoint: QuestionEndpoint
  /**
   * `examination`: the entity is fetched and examined. `state`: the database is read alone. `state or examination`: the
   * entity is examined if nothing was asked for it before.
   */
  wants: (typeof wanted)[number]
  entityId: string
  /** For `trust_mark_request` only. */
  trustMarkType: string | null
}

/** What the answer is about. */
export type Subject = Pick<Question, 'endpoint' | 'entityId' | 'trustMarkType'>

export const answerStates = [
  'acceptable',
  'not_acceptable',
  'registered',
  'issued',
  'updated',
  'unchanged',
  'waiting',
  'refused',
  'unknown',
] as const
export type AnswerState = (typeof answerStates)[number]

export type AnswerCheck = {
  name: string
  status: 'PASSED' | 'FAILED' | 'WARNING' | 'SKIPPED'
  title: string
  message: string
  advice: string | null
  section: string | null
}

export type Answer = {
  state: AnswerState
  /** A sentence. */
  message: string
  checks: AnswerCheck[]
  /** When it was given, in unix seconds. */
  at: number
}

/** Questions at a time. Those that come then are refused. */
export const MAX_QUESTIONS = 1_000
/** Questions at a time of one client address, so that no client keeps the queue full. */
export const MAX_OF_CLIENT = 60
/** Milliseconds by which each further question of one address comes later: others come first, with half of the examinations. */
const CLIENT_INTERVAL_MS = 1_000
/** Milliseconds between two examinations of one entity. */
export const EXAMINATION_INTERVAL_MS = 60_000
/** The same after `ta` has found that a member changed: no one else can ask for these. */
const FOUND_INTERVAL_MS = 15_000
/** Examinations for the public in a minute. */
export const MAX_EXAMINATIONS = 120
const MINUTE_MS = 60_000
/** For which the questions of an address are remembered: longer than a full queue takes. */
const CLIENT_MS = 20 * MINUTE_MS

type Store = { redis: Redis; prefix?: string }

/** Each method throws FederationError `temporarily_unavailable` while Redis is down. */
export type Questions = ReturnType<typeof createQuestions>

export function createQuestions({ redis, prefix = '' }: Store) {
  const keys = redisKeys(prefix)
  const answerKey = ({ endpoint, entityId, trustMarkType }: Subject) =>
    keys.answer(hash(JSON.stringify([endpoint, entityId, trustMarkType])))

  const isFound = ({ endpoint }: Question) => endpoint === 'resolve'
  const claimOf = (question: Question) =>
    keys.examinationClaim(hash(isFound(question) ? `resolve ${question.entityId}` : question.entityId))
  const ofClient = (client: string) => keys.questionsOfClient(hash(client))

  /** Forgets those that were answered meanwhile. */
  async function countOf(client: string): Promise<number> {
    const entries = await redis.smembers(ofClient(client))
    if (entries.length === 0) return 0
    const scores = await redis.zmscore(keys.questions, ...entries)
    const answered = entries.filter((_, at) => scores[at] === null)
    if (answered.length > 0) await redis.srem(ofClient(client), ...answered)
    return entries.length - answered.length
  }

  async function remember(client: string, entry: string): Promise<void> {
    await redis.multi().sadd(ofClient(client), entry).pexpire(ofClient(client), CLIENT_MS).exec()
  }

  /** The time of Redis, because the two sides may have different clocks. */
  async function now(): Promise<number> {
    const [seconds, microseconds] = await redis.time()
    return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000)
  }

  return {
    /** In how many milliseconds it may be answered: 0 if now, null unless it is asked and not answered yet. */
    waitFor: (question: Question): Promise<number | null> =>
      guarded(async () => {
        const due = await redis.zscore(keys.questions, encode(question))
        return due === null ? null : Math.max(Number(due) - (await now()), 0)
      }),

    /** The last answer, unless it has expired. */
    answerTo: (subject: Subject): Promise<Answer | undefined> =>
      guarded(async () => {
        const text = await redis.get(answerKey(subject))
        return text === null ? undefined : parseAnswer(text)
      }),

    /**
     * One that is asked already stays where it is. False: too many are asked, by all clients or by this one.
     * @param client the group of the client's address; null for the server itself
     */
    ask: (question: Question, client: string | null): Promise<boolean> =>
      guarded(async () => {
        const entry = encode(question)
        if ((await redis.zscore(keys.questions, entry)) !== null) return true
        if ((await redis.zcard(keys.questions)) >= MAX_QUESTIONS) return false
        const before = client === null ? 0 : await countOf(client)
        if (before >= MAX_OF_CLIENT) return false
        const at = await now()
        const examined = question.wants === 'examination' ? await redis.pttl(claimOf(question)) : 0
        await redis.zadd(keys.questions, 'NX', at + Math.max(examined, before * CLIENT_INTERVAL_MS, 0), entry)
        if (client !== null) await remember(client, entry)
        return true
      }),

    /** For a question that only an examination can answer. */
    replace: (question: Question, wants: Question['wants']): Promise<void> =>
      guarded(async () => {
        await redis.zadd(keys.questions, 'NX', await now(), encode({ ...question, wants }))
        await redis.zrem(keys.questions, encode(question))
      }),

    /** The first that may be answered now. */
    due: (count: number): Promise<Question[]> =>
      guarded(async () => {
        const entries = await redis.zrangebyscore(keys.questions, '-inf', await now(), 'LIMIT', 0, count)
        const questions = entries.map(decode)
        const foreign = entries.filter((_, at) => questions[at] === undefined)
        if (foreign.length > 0) await redis.zrem(keys.questions, ...foreign)
        return questions.filter((question) => question !== undefined)
      }),

    /** False: it was examined within that interval, or enough others were. The question then waits. */
    mayExamine: (question: Question): Promise<boolean> =>
      guarded(async () => {
        const at = await now()
        const claim = claimOf(question)
        const interval = isFound(question) ? FOUND_INTERVAL_MS : EXAMINATION_INTERVAL_MS
        if ((await redis.set(claim, '1', 'PX', interval, 'NX')) === null) {
          await postpone(question, at + Math.max(await redis.pttl(claim), 0))
          return false
        }
        const minute = Math.floor(at / MINUTE_MS)
        const count = await redis.incr(keys.examinations(minute))
        if (count === 1) await redis.pexpire(keys.examinations(minute), 2 * MINUTE_MS)
        if (count <= MAX_EXAMINATIONS) return true
        await redis.del(claim)
        await postpone(question, (minute + 1) * MINUTE_MS)
        return false
      }),

    /** For another attempt after an error. */
    postpone: (question: Question, milliseconds: number): Promise<void> =>
      guarded(async () => postpone(question, (await now()) + milliseconds)),

    /** `seconds`: how long the answer is kept. */
    answer: (question: Question, answer: Answer, seconds: number): Promise<void> =>
      guarded(async () => {
        await redis.set(answerKey(question), JSON.stringify(answer), 'EX', seconds)
        await redis.zrem(keys.questions, encode(question))
      }),
  }

  async function postpone(question: Question, until: number): Promise<void> {
    await redis.zadd(keys.questions, 'XX', until, encode(question))
  }
}

function encode({ endpoint, wants, entityId, trustMarkType }: Question): string {
  return JSON.stringify([endpoint, wants, entityId, trustMarkType])
}

function decode(entry: string): Question | undefined {
  const value = readJson(entry)
  if (!Array.isArray(value)) return undefined
  const [endpoint, wants, entityId, trustMarkType] = value
  if (!isOneOf(questionEndpoints, endpoint) || !isOneOf(wanted, wants)) return undefined
  if (typeof entityId !== 'string' || !(trustMarkType === null || typeof trustMarkType === 'string'))
    return undefined
  return { endpoint, wants, entityId, trustMarkType }
}

/** Undefined for what the admin side did not write. */
function parseAnswer(text: string): Answer | undefined {
  const value = readJson(text)
  if (!isJsonObject(value) || !isOneOf(answerStates, value.state)) return undefined
  if (typeof value.message !== 'string' || typeof value.at !== 'number' || !Array.isArray(value.checks))
    return undefined
  return value as Answer // its checks are the admin side's
}

const isOneOf = <Value extends string>(values: readonly Value[], value: unknown): value is Value =>
  values.some((each) => each === value)

const hash = (text: string) => createHash('sha256').update(text).digest('hex')
