/** Tests that one cause for which everything fails is one line of the log in a minute. */
import { beforeEach, expect, it } from 'vitest'
import { UnavailableError } from '#server/error/operation-error.ts'
import { runWithOrigin } from '#server/identity/origin.ts'
import { createServerLog } from '#server/process/log.ts'

type Line = { msg: string; anchor?: string; repeated?: number; requestId?: string }

let lines: Line[]
let seconds: number
let log: ReturnType<typeof createServerLog>
beforeEach(() => {
  lines = []
  seconds = 0
  const stream = { write: (line: string) => void lines.push(JSON.parse(line)) }
  log = createServerLog('info', stream, () => new Date(seconds * 1000))
})

/** Of the driver when no connection was free in time. */
const busy = () => new Error('timeout exceeded when trying to connect')
const away = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
const anchors = ['main', 'a', 'b', 'c', 'd', 'e', 'f']

/** As every loop of seven anchors fails, and the job queue of all. */
function failEverywhere() {
  for (const anchor of anchors) {
    const child = log.child({ anchor })
    child.error({ err: busy(), schedule: 'check-subordinates' }, 'a schedule failed')
    child.warn({ err: busy() }, 'publication failed and will be retried')
  }
  log.warn({ err: { ...busy(), message: busy().message } }, 'job queue')
}

it('writes one line of a cause in a minute, and then how many it left out', () => {
  for (let time = 0; time < 10; time++) failEverywhere()
  expect(lines).toMatchObject([{ msg: 'a schedule failed', anchor: 'main' }])
  seconds += 60
  failEverywhere()
  expect(lines).toHaveLength(2)
  expect(lines[1]).toMatchObject({ msg: 'a schedule failed', repeated: 10 * 15 - 1 })
})

it('writes each other cause, each other error, and each line without an error', () => {
  log.warn({ err: busy() }, 'first')
  log.warn({ err: away() }, 'second')
  log.warn({ err: new UnavailableError('The token is away.') }, 'third')
  for (const message of ['fourth', 'fifth']) log.error({ err: new TypeError('a mistake') }, message)
  for (const message of ['sixth', 'seventh']) log.info(message)
  log.warn({ err: away() }, 'left out')
  expect(lines.map(({ msg }) => msg)).toEqual([
    'first',
    'second',
    'third',
    'fourth',
    'fifth',
    'sixth',
    'seventh',
  ])
})

it('writes what a user noticed beside what failed in the background', () => {
  log.warn({ err: busy() }, 'job queue')
  for (const requestId of ['r1', 'r2'])
    runWithOrigin({ requestId }, () => log.error({ err: busy() }, 'request failed'))
  expect(lines).toMatchObject([{ msg: 'job queue' }, { msg: 'request failed', requestId: 'r1' }])
})
