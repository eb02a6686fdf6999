/** Starts another server of the table: a command of the shell in its own process group, which ends as a whole. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { freePort } from '#test/helpers/port.ts'
import { until } from '#test/helpers/until.ts'
import { ask } from '../endpoint.ts'
import type { Row } from './table.ts'

const LINES = 3

const groups = new Set<number>()
process.once('exit', () => groups.forEach(kill))

function kill(group: number): void {
  try {
    process.kill(-group, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

/** Runs a command in a folder. `ending` is undefined while it runs: words to follow its name. */
function run(what: 'start' | 'seed', command: string, cwd: string, env: NodeJS.ProcessEnv) {
  const log = join(cwd, `${what}.log`)
  const output = openSync(log, 'w')
  const child = spawn('sh', ['-c', command], { cwd, env, stdio: ['ignore', output, output], detached: true })
  const pid = Number(child.pid)
  groups.add(pid)
  let ending: string | undefined
  const said = () => {
    const lines = readFileSync(log, 'utf8').trim().split('\n')
    return `Its last output: ${lines.slice(-LINES).join(' / ') || 'nothing'}`
  }
  const ended = once(child, 'exit').then(([code, signal]) => {
    kill(pid) // what it left behind
    groups.delete(pid)
    ending = `ended ${signal ? `by ${signal}` : `with code ${code}`}. ${said()}`
  })
  const end = async () => {
    kill(pid)
    await ended
  }
  return { pid, ended, ending: () => ending, said, end }
}

/** `shared`: variables of the commands. @throws Error with words to follow the name */
export async function startPeer(
  { start, seed, seconds, port, paths }: Row,
  shared: Readonly<Record<string, string>>,
) {
  const directory = await mkdtemp(join(tmpdir(), 'peer-'))
  const own = { PORT: String(port ?? (await freePort())), ADMIN_PORT: String(await freePort()) }
  const environment = { PATH: process.env.PATH, ...shared, ...own }
  const url = `http://127.0.0.1:${own.PORT}`
  const path = Object.values(paths).find((each) => !each?.includes('{')) ?? '/'
  const server = run('start', start, directory, environment)
  const close = async () => {
    await server.end()
    await rm(directory, { recursive: true })
  }
  async function prepare() {
    const isReady = () => server.ending() ?? ask(url, { method: 'GET', path })
    await until(async () => isReady(), { timeout: seconds * 1000, interval: 50 }).catch(
      ({ message }: Error) => {
        throw new Error(`was not ready within ${seconds} s: it ${message}. ${server.said()}`)
      },
    )
    if (server.ending()) throw new Error(`its start command ${server.ending()}`)
    if (!seed) return
    const seeding = run('seed', seed, directory, environment)
    await Promise.race([seeding.ended, setTimeout(seconds * 1000, undefined, { ref: false })])
    const ending = seeding.ending() ?? `has not ended within ${seconds} s. ${seeding.said()}`
    await seeding.end()
    if (!ending.startsWith('ended with code 0.')) throw new Error(`its seed command ${ending}`)
  }
  try {
    await prepare()
    return { pid: server.pid, ending: server.ending, url, close }
  } catch (error) {
    await close() // it would disturb the others
    throw error
  }
}
