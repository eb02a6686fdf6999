/** Starts another server from its description: files, seed, start, ready. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '#test/helpers/port.ts'
import { until } from '#test/helpers/until.ts'
import { fillPlaceholders } from '../placeholder.ts'
import type { Description, Places } from './description.ts'
import { type Group, startGroup } from './group.ts'
import { open } from './open.ts'

export type Peer = Pick<Group, 'pid' | 'ending'> & { url: string }

/** What all servers share. */
export type Shared = Omit<Places, 'port' | 'adminPort' | 'dir' | 'peers' | 'processes'>

type Command = Pick<Description['start'], 'run' | 'environment'>

/** `opened` closes what was opened, the server included. @throws Error with a sentence to follow the name */
export async function startPeer(
  description: Description,
  shared: Shared,
  opened: AsyncDisposableStack,
): Promise<Peer> {
  const own = opened.use(new AsyncDisposableStack())
  try {
    return await start(description, shared, own)
  } catch (error) {
    await own.disposeAsync() // it would disturb the others
    throw error
  }
}

async function start(
  { start, ready, seed, files, port = 0, processes, folder }: Description,
  shared: Shared,
  opened: AsyncDisposableStack,
): Promise<Peer> {
  const directory = await mkdtemp(join(tmpdir(), 'peer-'))
  opened.defer(() => rm(directory, { recursive: true }))
  const places: Places = {
    ...shared,
    port: String(port || (await freePort())),
    adminPort: String(await freePort()),
    dir: directory,
    peers: folder,
    processes: String(processes),
  }
  const fill = (text: string) => fillPlaceholders(text, places)
  for (const [name, lines] of Object.entries(files))
    await writeFile(join(directory, name), `${fill(lines.join('\n'))}\n`)

  const run = async (what: string, { run, environment }: Command): Promise<Group> => {
    const variables = Object.entries(environment).map(([name, value]) => [name, fill(value)])
    const command = { run: run.map(fill), environment: Object.fromEntries(variables), directory }
    const ended = (group: Group) => group.end()
    return open(opened, () => startGroup(command), ended).catch((error: Error) => {
      throw new Error(`its ${what} command cannot be started: ${error.message}.`, { cause: error })
    })
  }
  const seedAt = async (time: 'before' | 'after') => {
    if (seed?.when === time) await finish(await run('seed', seed), seed.seconds)
  }

  await seedAt('before')
  const server = await run('start', start)
  const url = `http://127.0.0.1:${places.port}`
  await waitUntilReady(server, `${url}${ready.path}`, ready.seconds)
  await seedAt('after')
  return { pid: server.pid, ending: server.ending, url }
}

async function finish(group: Group, seconds: number): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new Error(`its seed command has not ended within ${seconds} s. ${group.lastOutput()}`)),
    seconds * 1000,
  )
  try {
    const ending = await Promise.race([group.ended, late])
    if (!ending.startsWith('ended with code 0.')) throw new Error(`its seed command ${ending}`)
  } finally {
    clearTimeout(timer)
  }
}

async function waitUntilReady(server: Group, url: string, seconds: number): Promise<void> {
  const check = async () => {
    if (server.ending()) return
    const { status, body } = await fetch(url, { signal: AbortSignal.timeout(seconds * 1000) })
    await body?.cancel()
    if (status !== 200) throw new Error(`it answers ${status}`)
  }
  await until(check, { timeout: seconds * 1000, interval: 50 }).catch((error: Error) => {
    const why = error.cause instanceof Error ? error.cause.message : error.message
    throw new Error(`was not ready at ${url} within ${seconds} s: ${why}. ${server.lastOutput()}`)
  })
  const ending = server.ending()
  if (ending) throw new Error(`its start command ${ending}`)
}
