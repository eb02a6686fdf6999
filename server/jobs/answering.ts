/** Answers the questions of the public, within the limits that their queue keeps (store/questions.ts). */
import { setTimeout } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { leaveCall } from '#server/identity/origin.ts'
import { eachInParallel } from '#server/jobs/in-parallel.ts'
import { PUBLICATION_PATIENCE_MS, type Publisher } from '#server/publish/publisher.ts'
import type { PublicAnswers } from '#server/services/request/public-answers.ts'
import type { PushedKeys } from '#store/pushed-keys.ts'
import type { Question, Questions } from '#store/questions.ts'

/** Milliseconds between looks at an empty queue, after a failed look, and until a failed question is tried again. */
const LOOK_MS = 1_000
const AFTER_FAULT_MS = 5_000
const RETRY_MS = 30_000

/** Entities that do not answer take ten seconds each. */
const CONCURRENCY = 8
const AT_A_TIME = 32

type Deps = {
  questions: Questions
  pushedKeys: PushedKeys
  answers: PublicAnswers
  publisher: Pick<Publisher, 'flush'>
  /** Called when a member was found to publish something else, after that is published. */
  onChanged(): Promise<void>
  log: FastifyBaseLogger
}

export function startAnswering({ questions, pushedKeys, answers, publisher, onChanged, log }: Deps): {
  close(): Promise<void>
} {
  const closing = new AbortController()
  const { signal } = closing

  async function answer(question: Question): Promise<void> {
    if (question.wants === 'examination' && !(await questions.mayExamine(question))) return
    try {
      const { entityId } = question
      const jwt = question.endpoint === 'jwks_update' ? await pushedKeys.latest(entityId) : null
      const given = await answers.answer(question, jwt)
      if (given === null) return await questions.replace(question, 'examination')
      const { answer, seconds, isChanged } = given
      // What is said to be registered is published.
      if (question.endpoint !== 'self_check') await publisher.flush(PUBLICATION_PATIENCE_MS)
      if (isChanged) await onChanged()
      await questions.answer(question, answer, seconds)
      // One that came meanwhile has found its question asked already.
      if (jwt !== null && (await pushedKeys.remove({ entityId, jwt }))) await questions.ask(question, null)
    } catch (err) {
      log.error({ err, entityId: question.entityId }, 'a question of the public is tried again later')
      await questions.postpone(question, RETRY_MS)
    }
  }

  async function run(): Promise<void> {
    let isFaulty = false
    while (!signal.aborted) {
      try {
        const due = await questions.due(AT_A_TIME)
        const [error] = await eachInParallel(due, CONCURRENCY, signal, answer)
        if (error) throw error
        isFaulty = false
        if (due.length < AT_A_TIME) await wait(LOOK_MS)
      } catch (err) {
        if (!isFaulty && !signal.aborted)
          log.warn({ err }, 'questions of the public cannot be read; they wait')
        isFaulty = true
        await wait(AFTER_FAULT_MS)
      }
    }
  }

  const wait = (milliseconds: number) =>
    setTimeout(milliseconds, undefined, { signal }).catch(() => undefined)

  const running = leaveCall(run)
  return {
    async close() {
      closing.abort()
      await running
    },
  }
}
