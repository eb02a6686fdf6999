/** Measures registration, renewal and checks of subordinates, with real entities over HTTP that sign for each request. */
import { setTimeout } from 'node:timers/promises'
import { type AdminClient, createAdminClient } from '#server/demo/admin-client.ts'
import { makeDue, stopSchedules } from './checks.ts'
import { prepareInstallation } from './installation.ts'
import { launch } from './program.ts'

export type RenewalMeasure = {
  entities: number
  /** Per second. */
  registrations: number
  renewals: number
  checks: number
  /** Milliseconds of processor time for one check that finds a new configuration. */
  checkProcessor: number
  memory: number
}

const AT_A_TIME = 16

export async function measureRenewal(entities: number): Promise<RenewalMeasure> {
  const [installation, members] = [await prepareInstallation(), launch('test/bench/entities.ts')]
  const [base] = await members.printed(/http:\S+/)
  const program = await installation.start()
  await stopSchedules(installation.databaseUrl)
  const key = String(await program.ask('key'))
  const admin = createAdminClient(installation.adminUrl, key)
  const registering = await timed(() => registerAll(admin, base, entities))
  const renewing = await timed(() => renewAll(admin, entities))
  await makeDue(installation.databaseUrl, null)
  const begun = await program.usage()
  const checking = await timed(() => program.ask('check'))
  const { memory, processor } = await program.usage()
  const checkProcessor = (processor - begun.processor) / 1000 / entities
  await installation.close()
  await members.end()
  return {
    entities,
    registrations: entities / registering,
    renewals: entities / renewing,
    checks: entities / checking,
    checkProcessor,
    memory,
  }
}

async function registerAll(admin: AdminClient, base: string, entities: number): Promise<void> {
  let next = 0
  const work = async () => {
    while (next < entities) {
      const { result } = await admin<{ result: { message?: string } }>(
        `mutation ($input: RegisterSubordinateInput!) {
           result: registerSubordinate(input: $input) { ... on Error { message } } }`,
        { input: { entityId: `${base}/${next++}` } },
      )
      if (result.message) throw new Error(result.message)
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, work))
}

async function renewAll(admin: AdminClient, entities: number): Promise<void> {
  const { started } = await admin<{ started: { data?: { id: string }; message?: string } }>(
    `mutation { started: startRenewal(kind: SUBORDINATES) {
       ... on MutationStartRenewalSuccess { data { id } } ... on Error { message } } }`,
  )
  if (!started.data) throw new Error(started.message)
  for (let polls = 0; polls < 36_000; polls++) {
    const { run } = await admin<{ run: { state: string; done: number } }>(
      'query ($id: ID!) { run: renewalRun(id: $id) { state done } }',
      { id: started.data.id },
    )
    if (run.state !== 'RUNNING') {
      if (run.done !== entities) throw new Error(`${run.done} of ${entities} were renewed (${run.state})`)
      return
    }
    await setTimeout(100)
  }
  throw new Error('the run has not ended within an hour')
}

/** Seconds. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return (performance.now() - begun) / 1000
}
