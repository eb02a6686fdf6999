/** Measures the checks of subordinates by the clock, with real entities over HTTP whose configurations have not changed. */
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { prepareInstallation } from './installation.ts'
import { launch } from './program.ts'
import { insertSubordinates } from './rebuild.ts'

export type CheckMeasure = {
  subordinates: number
  perSecond: number
  /** Milliseconds of processor time for one check, without the database's and the entity's. */
  processor: number
  /** Bytes of memory before and after. */
  before: number
  after: number
}

export async function measureChecks(subordinates: number): Promise<CheckMeasure> {
  const [installation, members] = [await prepareInstallation(), launch('test/bench/entities.ts')]
  const [base] = await members.printed(/http:\S+/)
  const program = await installation.start()
  await stopSchedules(installation.databaseUrl)
  await insertSubordinates(installation.databaseUrl, subordinates, `${base}/`)
  await program.ask('rebuild') // signs
  await makeDue(installation.databaseUrl, '"1"')
  await setTimeout(1_000)
  const begun = await program.usage()
  const start = performance.now()
  const checked = Number(await program.ask('check'))
  const seconds = (performance.now() - start) / 1000
  const { processor, memory: after } = await program.usage()
  await installation.close()
  await members.end()
  // Some come to their place in the interval meanwhile, and are checked again.
  if (checked < subordinates) throw new Error(`${checked} of ${subordinates} were checked`)
  return {
    subordinates,
    perSecond: checked / seconds,
    processor: (processor - begun.processor) / 1000 / checked,
    before: begun.memory,
    after,
  }
}

/** Nothing runs but what is measured, also while a preparation takes minutes. */
export function stopSchedules(url: string): Promise<void> {
  return execute(url, `UPDATE "Schedule" SET "enabled" = false`)
}

/** As an hour after the check before, which saw this entity tag. */
export function makeDue(url: string, etag: string | null): Promise<void> {
  return execute(
    url,
    `INSERT INTO "SubordinateCheck" ("subordinateId", "nextAt", "etag")
     SELECT "id", now() - interval '1 minute', $1::text FROM "Subordinate"
     ON CONFLICT ("subordinateId") DO UPDATE SET "nextAt" = excluded."nextAt", "etag" = excluded."etag"`,
    [etag],
  )
}

async function execute(url: string, sql: string, values: unknown[] = []): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(sql, values).finally(() => client.end())
}
