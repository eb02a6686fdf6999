/**
 * Puts two admin servers and two workers on one PostgreSQL under an import, approvals and renewals at once, and looks for
 * each change that was acknowledged. On request only: it takes five minutes.
 */
import { globalId } from '#server/schema/global-id.ts'
import { startDeployment } from '#test/helpers/deployment.ts'
import { endPrograms } from '#test/helpers/program.ts'
import { number, type Part, section } from './document.ts'
import { entityId as anchorId } from './fill.ts'
import { endOf, mutate, startEntities } from './installation.ts'
import { until } from './program.ts'

type Deployment = Awaited<ReturnType<typeof startDeployment>>
type Ask = Deployment['admins'][number]['ask']

/** Lines of one import, and requests that wait at a time. */
const BATCH = 200
const APPROVERS = 8

type Work = { name: string; done: number; slowest: number }

export const mixedPart: Part = {
  name: 'mixed',
  usual: [],
  async measure(effort, say) {
    const seconds = { quick: 30, full: 300 }[effort]
    const [deployment, entities] = [
      await startDeployment({ admins: 2, workers: 2 }, { environment: { TA_DOMAIN: anchorId } }),
      await startEntities(),
    ]
    const [first, second] = deployment.admins
    if (!first || !second) throw new Error('there are two')
    const end = performance.now() + seconds * 1000
    const refused = new Map<string, number>()
    const isOpen = () => performance.now() < end
    /** Does one piece of work after another. */
    async function repeat(work: Work, act: () => Promise<number>): Promise<void> {
      while (isOpen()) {
        const begun = performance.now()
        try {
          const done = await act()
          work.done += done
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error)
          refused.set(message, (refused.get(message) ?? 0) + 1)
        }
        work.slowest = Math.max(work.slowest, performance.now() - begun)
      }
    }
    const named = (name: string): Work => ({ name, done: 0, slowest: 0 })
    const works = [named('imported'), named('renewed'), named('approved')] as const
    const registered: string[] = []
    const take = createEntities(entities.url)
    await importEntities(first.ask, take(BATCH), registered)
    await Promise.all([
      repeat(works[0], () => importEntities(first.ask, take(BATCH), registered)),
      repeat(works[1], () => renew(second.ask)),
      ...Array.from({ length: APPROVERS }, (_, at) =>
        repeat(works[2], () => approve(deployment, at % 2 ? first.ask : second.ask, take(1), registered)),
      ),
    ])
    say('the mixed load has ended')
    const lost = await countLost(deployment, registered)
    const output = deployment.programs.map((program) => program.output()).join('\n')
    const limits = output.match(/P2028|Transaction (already closed|API error)|expired transaction/g) ?? []
    await deployment.close()
    await Promise.all([entities.end(), endPrograms()])
    const rows = works.map(({ name, done, slowest }) => [
      name,
      number(done),
      (done / seconds).toFixed(1),
      `${number(slowest)} ms`,
    ])
    const findings = [
      `Acknowledged registrations: ${number(registered.length)}; missing in the database or in Redis afterwards: ${lost}.`,
      `Transactions that ran into their limit: ${limits.length}. Refusals: ${describe(refused)}`,
    ]
    const intro = `Two admin servers and two workers for ${seconds} s: imports of ${BATCH} entities and renewals of all, one after another, and
${APPROVERS} approvals of requests at a time. The slowest is a whole import or renewal, or one approval. ${findings.join(' ')}`
    return [section('Mixed load', intro, ['', 'entities', 'a second', 'slowest'], rows)]
  },
}

function createEntities(base: string): (count: number) => string[] {
  let next = 0
  return (count) => Array.from({ length: count }, () => `${base}/mixed/${next++}`)
}

async function importEntities(ask: Ask, lines: string[], registered: string[]): Promise<number> {
  const { id } = await mutate(ask, 'importSubordinates', { lines }, 'run')
  await finish(ask, id)
  registered.push(...lines)
  return lines.length
}

async function renew(ask: Ask): Promise<number> {
  const { id } = await mutate(ask, 'startRenewal', { kind: 'SUBORDINATES' }, 'run')
  return (await finish(ask, id)).done
}

async function finish(ask: Ask, id: string) {
  const run = await endOf(ask, id, 100)
  if (run.state !== 'SUCCEEDED') throw new Error(`a run ended as ${run.state}`)
  return run
}

/** As a member would have asked. */
async function approve({ db }: Deployment, ask: Ask, [entityId = '']: string[], registered: string[]) {
  const { id } = await db.request.create({ data: { kind: 'REGISTER', entityId, submittedBy: 'member' } })
  const input = { id: globalId('Request', id) }
  // The first look at the entity is recorded, and the second one finds the same.
  await mutate(ask, 'approveRequest', input, 'request').catch(() =>
    mutate(ask, 'approveRequest', input, 'request'),
  )
  registered.push(entityId)
  return 1
}

async function countLost({ db, redis }: Deployment, registered: readonly string[]): Promise<number> {
  const stored = await db.subordinate.findMany({ where: { active: true }, select: { entityId: true } })
  const ids = new Set(stored.map(({ entityId }) => entityId))
  await until(async () => (await redis.client.hlen('inmor:subordinates')) === ids.size, 200)
  const published = new Set(await redis.client.hkeys('inmor:subordinates'))
  return registered.filter((id) => !ids.has(id) || !published.has(id)).length
}

const describe = (refused: ReadonlyMap<string, number>) =>
  [...refused].map(([message, count]) => `${count} × ${message}`).join('; ') || 'none.'
