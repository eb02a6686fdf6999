/** Measures filling an empty Redis from the database, first with all signatures to create, then with none. */
import { megabytes, number, type Part, section } from './document.ts'
import { insertSubordinates, prepareInstallation } from './installation.ts'
import { duration } from './program.ts'

export const rebuildPart: Part = {
  name: 'rebuild',
  usual: ['quick', 'full'],
  async measure(effort) {
    const subordinates = { quick: 5_000, full: 100_000 }[effort]
    const { signing, again, before, after } = await measureRebuild(subordinates)
    const rows = [
      ['signing all', duration(signing), `${megabytes(before)} before`],
      ['signing nothing', duration(again), `${megabytes(after)} after`],
    ]
    return [section('Rebuild', '', [`rebuild of ${number(subordinates)}`, 'duration', 'memory'], rows)]
  },
}

/** `environment`: of the installation, which says where its key is. */
export async function measureRebuild(subordinates: number, environment: Record<string, string> = {}) {
  const installation = await prepareInstallation(environment)
  const program = await installation.start()
  const { memory: before } = await program.usage()
  await insertSubordinates(installation, subordinates)
  const signing = await program.time(() => program.ask('rebuild'))
  const again = await program.time(() => program.ask('rebuild'))
  const { memory: after } = await program.usage()
  await installation.close()
  return { signing, again, before, after }
}
