/** Asks the public endpoints for examinations and requests, and waits for their answers. */
import { expect } from 'vitest'
import { redisKeys } from '#store/keys.ts'
import type { Answer } from '#store/questions.ts'
import type { TestAdmin } from '#test/helpers/admin.ts'

export const names = redisKeys()

export async function offer(admin: TestAdmin, ...endpoints: string[]): Promise<void> {
  const set = await admin.mutate('updateTrustAnchor', { endpoints }, 'version', 'admin')
  expect(set.message).toBeUndefined()
}

type Asked = { sub: string; trust_mark_type?: string; again?: string }

const addressOf = ({ entityId }: TestAdmin, path: string, parameters: Asked) =>
  `${entityId}${path}?${new URLSearchParams(parameters)}`

export const get = (admin: TestAdmin, path: string, parameters: Asked, headers = {}): Promise<Response> =>
  fetch(addressOf(admin, path, parameters), { headers, redirect: 'manual' })

export const post = ({ entityId }: TestAdmin, path: string, parameters: Asked): Promise<Response> =>
  fetch(`${entityId}${path}`, { method: 'POST', body: new URLSearchParams(parameters) })

/** The body of the first answer that is not pending. */
export async function answered(admin: TestAdmin, path: string, parameters: Asked) {
  let body: Record<string, unknown> & Partial<Answer> = {}
  await expect
    .poll(async () => {
      const response = await get(admin, path, parameters)
      body = (await response.json()) as typeof body
      return response.status
    })
    .not.toBe(202)
  return body
}

/** As if a minute had passed for what was examined and answered, and for what waits. */
export async function afterAMinute({ redis: { client } }: TestAdmin): Promise<void> {
  const [claims, answers] = [
    await client.keys(names.examinationClaim('*')),
    await client.keys(names.answer('*')),
  ]
  for (const key of [...claims, ...(await client.keys('inmor:examinations:*'))]) await client.del(key)
  for (const question of await client.zrange(names.questions, 0, -1))
    await client.zincrby(names.questions, -60_000, question)
  for (const key of answers) {
    const answer = JSON.parse((await client.get(key)) ?? '{}') as Answer
    await client.set(key, JSON.stringify({ ...answer, at: answer.at - 60 }), 'KEEPTTL')
  }
}

export async function forget({ redis: { client }, server }: TestAdmin): Promise<void> {
  for (const pattern of [
    names.examinationClaim('*'),
    names.answer('*'),
    'inmor:examinations:*',
    names.questions,
    names.questionsOfClient('*'),
  ])
    for (const key of await client.keys(pattern)) await client.del(key)
  await server.db.request.deleteMany()
  await server.db.checkPipeline.deleteMany()
}
