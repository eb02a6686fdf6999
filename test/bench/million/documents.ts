/** Measures how long the console's most frequent documents take: by one session, and by 32 callers at the same time. */
import { milliseconds, number, type Part, type Say, type Section, section } from '../document.ts'
import { ask, type Request } from '../endpoint.ts'
import { type Installation, prepareInstallation, stopSchedules } from '../installation.ts'
import type { Program } from '../program.ts'
import { json, signIn } from '../session.ts'
import { CONNECTIONS, measure, type Rate } from '../wrk.ts'
import { operations } from './admin-operations.ts'
import { insertFederation } from './admin-rows.ts'
import { documents } from './console-documents.ts'
import { readSamples } from './samples.ts'

const MEMBERS = 10_000
const SECONDS = { quick: 2, full: 5 }
/** Each caller should be answered some times. */
const ANSWERS = 3

/** The one that each window repeats every 15 s, those of the pages in the navigation and of a member, and the search. */
const frequent = [
  'ShellStatus',
  'Dashboard',
  'SubordinatesPage',
  'SubordinateHead',
  'SubordinateOverview',
  'PaletteSubordinates',
  'TrustMarksPage',
  'RequestsPage',
  'RenewalsPage',
  'AuditPage',
]

/** A million members are measured by `growth-admin`, with the rows that it inserts. */
export const documentsPart: Part = {
  name: 'documents',
  usual: ['quick', 'full'],
  async measure(effort, say) {
    const installation = await prepareInstallation()
    const program = await installation.start()
    await stopSchedules(installation)
    await insertFederation(installation, MEMBERS)
    await program.ask('rebuild')
    await installation.query('VACUUM ANALYZE "Subordinate"')
    await program.ask('key') // makes the user
    const measured = await measureDocuments(installation, program, MEMBERS, SECONDS[effort], say)
    await installation.close()
    return [measured]
  },
}

/** Of a program whose user exists. */
export async function measureDocuments(
  installation: Installation,
  { usage }: Program,
  members: number,
  seconds: number,
  say: Say,
): Promise<Section> {
  const { adminUrl: url } = installation
  const [cookie, samples] = [await signIn(url), await readSamples(installation)]
  const rows: string[][] = []
  for (const name of frequent) {
    const [first] = operations[name]?.(samples) ?? []
    const request: Request = {
      method: 'POST',
      path: '/graphql',
      headers: { ...json, cookie },
      body: JSON.stringify({ query: documents.get(name), variables: first?.variables }),
    }
    const { body } = await ask(url, request)
    if (body.includes('"errors":')) throw new Error(`${name}: ${body.subarray(0, 200)}`)
    const load = { url, usage, requests: [request] }
    const alone = await measure({ ...load, connections: 1 }, seconds)
    const enough = Math.ceil((alone.p50 * CONNECTIONS * ANSWERS) / 1000)
    const together = await measure(load, Math.max(seconds, enough))
    rows.push([name, ...cells(alone), ...cells(together)])
    say(`  ${rows.at(-1)?.join(', ')}`)
  }
  return section(
    `Documents of the console, ${number(members)} members`,
    `The same document by one session, one request after another, and on ${CONNECTIONS} connections with that session. The most
frequent: the status that each window asks for every 15 s, the pages in the navigation, a member, and the search.`,
    ['', 'alone, p50', 'p99', `${CONNECTIONS} callers, p50`, 'p99'],
    rows,
  )
}

const cells = ({ p50, p99 }: Rate) => [milliseconds(p50), milliseconds(p99)]
