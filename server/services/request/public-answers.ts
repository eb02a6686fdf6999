/**
 * Answers what the public asks through the federation server: an examination, a request of software and its state, and new
 * keys of a subordinate.
 */
import type { Request } from '#prisma/generated/client/client.ts'
import { toUnix } from '#server/clock.ts'
import { OperationError } from '#server/error/operation-error.ts'
import { jobCaller } from '#server/identity/caller.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { adviceOf, type EntityCheck, EntityRejectedError } from '#server/services/entity/checks.ts'
import { openStates, type RequestKind, type RequestState } from '#server/services/request/input.ts'
import type { RequestService } from '#server/services/request/requests.ts'
import { createKeyUpdate } from '#server/services/subordinate/key-update.ts'
import type { SubordinateService } from '#server/services/subordinate/subordinates.ts'
import type { Answer, AnswerCheck, Question } from '#store/questions.ts'

/** Who submitted a request that came without an account. */
const software = jobCaller('request-of-software')
/** Who stores what the federation server found. */
const found = jobCaller('member-change')

/** Seconds for which an answer is kept: of what was examined, and of a state, which may change at any time. */
const KEPT = { examination: 600, state: 60 }

/** `isChanged`: a member was found to publish something else. */
export type GivenAnswer = { answer: Answer; seconds: number; isChanged: boolean }

type Outcome = Pick<Answer, 'state' | 'message'> & {
  checks?: readonly EntityCheck<string>[]
  /** Nothing was asked before. */
  isNew?: true
  isChanged?: boolean
}

type Context = ServiceContext & { subordinates: SubordinateService; requests: RequestService }

export function createPublicAnswers(context: Context) {
  const { db, now, subordinates, requests } = context
  const keyUpdate = createKeyUpdate(context)

  async function selfCheck(entityId: string): Promise<Outcome> {
    const { checks: all, subordinate } = await subordinates.inspect({ entityId })
    // Keys that an operator was given are not the public's.
    const checks = all.filter(({ name }) => name !== 'KEYS')
    const failed = checks.filter(({ status }) => status === 'FAILED').length
    if (failed === 0) {
      const message = subordinate
        ? 'It is registered here, and every check passes.'
        : 'It can be registered here.'
      return { state: 'acceptable', message, checks }
    }
    const count = failed === 1 ? '1 check failed.' : `${failed} checks failed.`
    const message = subordinate ? `It is registered here. ${count}` : `It cannot be registered yet: ${count}`
    return { state: 'not_acceptable', message, checks }
  }

  async function submit(question: Question): Promise<Outcome> {
    const { entityId, trustMarkType } = question
    const known = await findState(question)
    if (known.state !== 'unknown') return known
    const member = await db.subordinate.findUnique({ where: { entityId }, select: { organizationId: true } })
    const kind = kindOf(question)
    try {
      const organizationId = member?.organizationId ?? null
      const { state } = await requests.submit(software, { kind, entityId, organizationId, trustMarkType })
      return describeState(state as RequestState, kind) // written from the table
    } catch (error) {
      if (!(error instanceof OperationError) || error.code === 'UNAVAILABLE') throw error
      const checks = error instanceof EntityRejectedError ? { checks: error.checks } : {}
      return { state: 'refused', message: error.message, ...checks }
    }
  }

  /** Says nothing of requests that an organization submitted. */
  async function findState(question: Question): Promise<Outcome> {
    const { entityId, trustMarkType } = question
    const kind = kindOf(question)
    if (kind === 'REGISTER' && (await db.subordinate.count({ where: { entityId } })) > 0)
      return { state: 'registered', message: 'The entity is registered.' }
    const where = { entityId, kind, trustMarkType, submittedBy: software.name }
    const request = await db.request.findFirst({ where, orderBy: { id: 'desc' } })
    if (request) return describeRequest(request, kind, now())
    return {
      state: 'unknown',
      message: `Nothing was asked for ${entityId}. Send a POST to ask.`,
      isNew: true,
    }
  }

  /** As the check by the clock does it. */
  async function look(entityId: string): Promise<Outcome> {
    const row = await db.subordinate.findUnique({ where: { entityId } })
    if (!row?.active) return { state: 'unknown', message: `${entityId} is not a subordinate.` }
    const { message, isChanged } = await subordinates.check(found, row, null)
    return { state: isChanged ? 'updated' : 'unchanged', message, isChanged }
  }

  function find(question: Question, pushedKeys: string | null): Promise<Outcome> {
    const { endpoint, entityId, wants } = question
    if (endpoint === 'self_check') return selfCheck(entityId)
    if (endpoint === 'jwks_update_trigger') return keyUpdate.follow(entityId)
    if (endpoint === 'resolve') return look(entityId)
    if (endpoint === 'jwks_update') return keyUpdate.take(entityId, pushedKeys)
    return wants === 'examination' ? submit(question) : findState(question)
  }

  return {
    /**
     * `pushedKeys`: the JWK Set of a question of `jwks_update`. Null: only an examination can answer it.
     * @throws an error that may pass, such as of an unreachable database: nothing was placed then
     */
    async answer(question: Question, pushedKeys: string | null): Promise<GivenAnswer | null> {
      const { checks = [], isNew, isChanged = false, ...rest } = await find(question, pushedKeys)
      if (isNew && question.wants === 'state or examination') return null
      const answer = { ...rest, checks: checks.map(toAnswerCheck), at: toUnix(now()) }
      const isLong = checks.length > 0 || isKeyUpdate(question)
      return { answer, seconds: isLong ? KEPT.examination : KEPT.state, isChanged }
    },
  }
}

export type PublicAnswers = ReturnType<typeof createPublicAnswers>

const isKeyUpdate = ({ endpoint }: Question) =>
  endpoint === 'jwks_update_trigger' || endpoint === 'jwks_update'

const kindOf = ({ endpoint }: Question): RequestKind => (endpoint === 'enroll' ? 'REGISTER' : 'TRUST_MARK')

/** Milliseconds in which software that was refused cannot ask again. */
const REFUSED_MS = 86_400_000

function describeRequest({ state, decidedAt }: Request, kind: RequestKind, now: Date): Outcome {
  if (decidedAt && state !== 'APPROVED' && now.getTime() - decidedAt.getTime() > REFUSED_MS)
    return { state: 'unknown', message: 'The operators refused the last request. Send a POST to ask again.' }
  // An entity or a mark that was approved may be gone since.
  if (state === 'APPROVED')
    return {
      state: 'unknown',
      message: 'It was approved, and ended since. Send a POST to ask again.',
    }
  return describeState(state as RequestState, kind) // written from the table
}

function describeState(state: RequestState, kind: RequestKind): Outcome {
  if (openStates.includes(state)) return { state: 'waiting', message: 'The request waits for an operator.' }
  if (state !== 'APPROVED')
    return { state: 'refused', message: 'The operators refused the request. Ask them for the reason.' }
  return kind === 'REGISTER'
    ? { state: 'registered', message: 'The entity is registered.' }
    : { state: 'issued', message: 'The Trust Mark is issued.' }
}

function toAnswerCheck(check: EntityCheck<string>): AnswerCheck {
  const { name, status, title, message, section } = check
  return { name, status, title, message, advice: adviceOf(check), section }
}
