/** Measures, during an import, how long a change takes until the files and a mirror have it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { statementFile, trustMarkFile } from '#federation/files/place.ts'
import { globalId } from '#server/schema/global-id.ts'
import { redisKeys } from '#store/keys.ts'
import { number, type Say } from '../document.ts'
import { markType, memberId } from '../fill.ts'
import { isUnderWay, mutate, startEntities } from '../installation.ts'
import { until } from '../program.ts'
import type { Site } from './site.ts'

/** Milliseconds between two changes. */
const PAUSE = 50

/** Milliseconds from the publication. */
type Times = { files: number[]; mirror: number[] }

type Change = { file: string; make(): Promise<unknown>; isPublished(): Promise<boolean> }

/** A row for each kind of change: how many, and the median, 99 % and the longest, of files and of the mirror. */
export async function measureChanges(
  site: Site,
  members: number,
  imported: number,
  say: Say,
): Promise<string[][]> {
  const entities = await startEntities()
  const lines = Array.from({ length: imported }, (_, at) => `${entities.url}/imported/${at}`)
  const { id } = await mutate(site.admin, 'importSubordinates', { lines }, 'run')
  const isImporting = () => isUnderWay(site.admin, id)
  const kinds: Record<string, { times: Times; changeOf(at: number): Promise<Change> }> = {
    'a statement is replaced': { times: { files: [], mirror: [] }, changeOf: (at) => replacement(site, at) },
    'a Trust Mark is revoked': { times: { files: [], mirror: [] }, changeOf: (at) => revocation(site, at) },
  }
  const waits: Promise<void>[] = []
  for (let at = 0; await isImporting(); at++) {
    for (const { times, changeOf } of Object.values(kinds)) {
      // Any member, and each once.
      const change = await changeOf(((at * 7919) % members) + 1)
      waits.push(...(await watch(site, change, times)))
      await setTimeout(PAUSE)
    }
  }
  say('The import has ended.')
  await Promise.all(waits)
  await entities.end()
  return Object.entries(kinds).map(([name, { times }]) => [
    name,
    number(times.files.length),
    describe(times.files),
    describe(times.mirror),
  ])
}

/** Resolves when it is published; what it returns, when it is in the files and in the mirror. */
async function watch({ folders }: Site, { file, make, isPublished }: Change, times: Times) {
  const read = (folder: string) => readFile(join(folder, file), 'utf8').catch(() => '')
  const published = Promise.withResolvers<number>()
  const wait = async (folder: string, to: number[], pause: number) => {
    const before = await read(folder)
    if (!before) throw new Error(`${file} is missing`)
    await until(async () => (await read(folder)) !== before, pause)
    const visible = performance.now()
    to.push(Math.max(0, visible - (await published.promise)))
  }
  const waits = [wait(folders.files, times.files, 2), wait(folders.mirror, times.mirror, 100)]
  await Promise.all([make(), until(isPublished, 1).then(() => published.resolve(performance.now()))])
  return waits
}

/** Of the member in that row. */
async function replacement({ installation, admin }: Site, at: number): Promise<Change> {
  const sub = memberId(at - 1)
  const published = () => installation.redis.hget(redisKeys().subordinates, sub)
  const before = await published()
  return {
    file: statementFile(sub) ?? '',
    make: () =>
      mutate(admin, 'updateSubordinate', { id: globalId('Subordinate', at), validFor: 700 }, 'subordinate'),
    isPublished: async () => (await published()) !== before,
  }
}

async function revocation({ installation, admin }: Site, at: number): Promise<Change> {
  const sub = memberId(at - 1)
  return {
    file: trustMarkFile(markType, sub) ?? '',
    make: () => mutate(admin, 'revokeTrustMark', { id: globalId('TrustMark', at) }, 'trustMark'),
    isPublished: async () =>
      (await installation.redis.hget(redisKeys().trustMarks(sub), markType)) === 'revoked',
  }
}

function describe(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN
  return [at(0.5), at(0.99), at(1)].map((time) => `${(time / 1000).toFixed(2)} s`).join(', ')
}
