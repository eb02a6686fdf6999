/** Kills everything but nginx and a mirror, and asks both about every member. */
import { hash } from 'node:crypto'
import { decodeJwt } from 'jose'
import { Pool } from 'undici'
import { number, type Say } from '../document.ts'
import { entityId, markType, memberId } from '../fill.ts'
import { until } from '../program.ts'
import type { Site } from './site.ts'

const CONNECTIONS = 16

const path = (endpoint: string, query: Record<string, string>) => `${endpoint}?${new URLSearchParams(query)}`

type Question = { name: string; paths: string[]; isSigned?: boolean }

const questions = (members: number): Question[] => {
  const ids = Array.from({ length: members }, (_, at) => memberId(at))
  return [
    { name: 'Entity Configuration', paths: ['/.well-known/openid-federation'] },
    {
      name: '/list, /trust_mark_list',
      paths: ['/list', path('/trust_mark_list', { trust_mark_type: markType })],
    },
    { name: '/historical_keys', paths: ['/historical_keys'] },
    { name: '/fetch', paths: ids.map((sub) => path('/fetch', { sub })) },
    { name: '/trust_mark', paths: ids.map((sub) => path('/trust_mark', { trust_mark_type: markType, sub })) },
    {
      name: '/resolve',
      paths: ids.map((sub) => path('/resolve', { sub, trust_anchor: entityId })),
      isSigned: true,
    },
    { name: 'status lists', paths: ['/status_list/1'], isSigned: true },
  ]
}

const NONE = 'no answer'

/** A hash: of the bytes, or of what a token says that each server signs itself. There is no answer about a revoked mark. */
function describeAnswer({ isSigned = false }: Question, status: number, body: string): string {
  if (status !== 200) return NONE
  if (!isSigned) return hash('sha256', body)
  const { iat: _, exp: __, ...claims } = decodeJwt(body)
  return hash('sha256', JSON.stringify(claims))
}

async function askAll(url: string, question: Question): Promise<string[]> {
  const pool = new Pool(url, { connections: CONNECTIONS })
  const answers: string[] = []
  let next = 0
  const work = async () => {
    for (let at = next++; at < question.paths.length; at = next++) {
      const { statusCode, body } = await pool.request({ method: 'GET', path: question.paths[at] ?? '' })
      answers[at] = describeAnswer(question, statusCode, await body.text())
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, work))
  await pool.close()
  return answers
}

/** A row for each kind: the answers, and the shares of nginx and of the mirror that are equal to those of the server before. */
export async function measureDark(site: Site, members: number, say: Say): Promise<string[][]> {
  const all = questions(members)
  // What was published last is there.
  await until(async () => {
    const [list] = all.filter(({ name }) => name.startsWith('/list'))
    if (!list) return false
    const [first = [], ...others] = await Promise.all(
      Object.values(site.urls).map((url) => askAll(url, list)),
    )
    return others.every((answers) => answers.join() === first.join())
  }, 1_000)
  const said = []
  for (const question of all) said.push(await askAll(site.urls.ta, question))
  await site.kill()
  say('Everything but nginx and the mirror is killed.')
  const rows = []
  for (const [at, question] of all.entries()) {
    const expected = said[at] ?? []
    const shares = []
    for (const url of [site.urls.nginx, site.urls.mirror]) {
      const answers = await askAll(url, question)
      const equal = answers.filter((answer, each) => answer === expected[each]).length
      shares.push(`${((100 * equal) / expected.length).toFixed(3)} %`)
    }
    const answered = expected.filter((answer) => answer !== NONE).length
    rows.push([question.name, number(expected.length), number(answered), ...shares])
    say(`${question.name}: ${shares.join(', ')}`)
  }
  return rows
}
