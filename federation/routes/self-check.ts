/** Examines an entity for anyone: as JSON, or as a page for browsers that works without a script. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { FederationError } from '#core/errors.ts'
import type { Answer, Question } from '#store/questions.ts'
import { EXAMINATION_INTERVAL_MS } from '#store/questions.ts'
import { readOptional } from '../http/parameter.ts'
import { buildContentSecurityPolicy } from '../page/frame.ts'
import { renderSelfCheck, type SelfCheckPage } from '../page/self-check.ts'
import type { Deps } from './deps.ts'
import { type Call, registerEndpoint } from './endpoint.ts'
import {
  ask,
  DEFAULT_RATE_LIMIT,
  findWait,
  PATIENCE,
  type QuestionOptions,
  readSubject,
  sendAnswer,
  sendPending,
} from './question.ts'

const policy = buildContentSecurityPolicy({ form: true })

type Asking = Pick<Call, 'request' | 'parameters'>

/** Seconds. */
const EXAMINATION_INTERVAL = EXAMINATION_INTERVAL_MS / 1000

export function selfCheckRoute(
  app: FastifyInstance,
  deps: Deps,
  { questionRateLimit: rateLimit = DEFAULT_RATE_LIMIT }: QuestionOptions,
) {
  /** The last result, unless a new one is asked for and it is not of this minute. */
  async function examine({ request, parameters }: Asking, question: Question): Promise<Answer | undefined> {
    if ((await findWait(deps, question)) !== undefined) return undefined
    const answer = await deps.questions.answerTo(question)
    const isFresh = answer && (!isAgain(parameters) || answer.at + EXAMINATION_INTERVAL > deps.now())
    if (isFresh) return answer
    await ask(deps, question, request)
    return undefined
  }

  const readQuestion = async (parameters: unknown): Promise<Question> => ({
    ...(await readSubject(deps, 'self_check', parameters)),
    wants: 'examination',
  })

  const answer = async ({ request, reply, parameters }: Call) => {
    if (isForBrowser(request)) return sendPage(request, reply, parameters)
    const question = await readQuestion(parameters)
    const found = await examine({ request, parameters }, question)
    return found ? sendAnswer(reply, question, found) : sendPending(deps, reply, question)
  }

  /** A page for each outcome. The address of a result has no `again`, so that it can be shared and loaded again. */
  async function sendPage(request: FastifyRequest, reply: FastifyReply, parameters: unknown) {
    const given = givenBy(parameters)
    const page = await describePage(given, { request, parameters }).catch((error: unknown): SelfCheckPage => {
      // An internal error is logged and answered as everywhere.
      if (!(error instanceof FederationError) || error.code === 'server_error') throw error
      reply.code(error.status)
      return { given, fault: error.message }
    })
    if (isAgain(parameters) && !('fault' in page)) {
      const [path = ''] = request.originalUrl.split('?', 1)
      return reply.redirect(`${path}?${new URLSearchParams({ sub: page.given })}`, 303)
    }
    reply.header('content-security-policy', policy)
    return reply.type('text/html; charset=utf-8').send(renderSelfCheck(deps.entityId, page))
  }

  async function describePage(given: string, asking: Asking): Promise<SelfCheckPage> {
    if (given === '') return { given }
    const question = await readQuestion({ sub: given })
    const page = { given: question.entityId }
    const found = await examine(asking, question)
    if (found) return { ...page, answer: found }
    return { ...page, refresh: (await findWait(deps, question)) ?? PATIENCE }
  }

  registerEndpoint(app, deps, 'self_check', answer, { rateLimit })
}

const isForBrowser = ({ headers }: FastifyRequest) => headers.accept?.includes('text/html') ?? false

/** People copy identifiers with spaces around them. */
const givenBy = (parameters: unknown) => readOptional(parameters, 'sub')?.trim() ?? ''

const isAgain = (parameters: unknown) => readOptional(parameters, 'again') === 'true'
