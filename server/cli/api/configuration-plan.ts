/** Asks for the plan of configuration files, as JSON with the names of all that stop to resolve. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Api, dataOf } from './api.ts'
import { Failure } from './failure.ts'

export type Plan = {
  hash: string | null
  created: number
  changed: number
  removed: number
  faults: { file: string; line: number; column: number; message: string }[]
  warnings: unknown[]
  text: string
  markdown: string
  steps: unknown[]
  /** Where it was asked for; null: there is no plan. */
  effect?: { stops: { count: number; entities: unknown[] }[] } | null
}

export type PlanRequest = { json?: true; prune?: true }

export class UnknownAnchorFailure extends Failure {
  constructor(message: string) {
    super(`${message} If a file of the installation creates it, apply that file first.`)
  }
}

/** Names in one answer, as the limit of its cost allows. */
const NAMES = 2_000

const place = '{ file line column message }'
const counts = '{ stops starts changes examined unknown }'
const group = 'below path reason count examples'

const PLAN = `hash created changed removed faults ${place} warnings ${place} text markdown
  steps { section key verb changes { path before after } }`
const EFFECT = `effect { members ${counts} below ${counts} newMembers fetchedMembers unread unreadExamples crawledAt isComplete
  stops { ${group} entities(first: ${NAMES}, skip: $skip) { entityId displayName } }
  starts { ${group} } changes { ${group} isMixed before after }
  marksEnd { trustMarkType reason count examples } }`

const asked = (fields: string, variables = '') => `
  query ($files: [ConfigurationFileInput!]!, $installation: Boolean, $prune: Boolean${variables}) {
  plan(source: { files: { files: $files, prune: $prune } }, installation: $installation) { ${fields} } }`
const SKIP = ', $skip: Int!'
const documents = {
  plan: asked(PLAN),
  planAndEffect: asked(`${PLAN} ${EFFECT}`, SKIP),
  effect: asked(`hash ${EFFECT}`, SKIP),
}

/** @throws Failure */
export async function planOf(
  api: Api,
  { anchor, files }: Source,
  { prune, json }: PlanRequest,
): Promise<Plan> {
  const variables = { files, ...(prune ? { prune } : {}), ...aboutOf(anchor) }
  const answer = json
    ? await api.send(documents.planAndEffect, { ...variables, skip: 0 })
    : await api.send(documents.plan, variables)
  const [error] = answer.errors ?? []
  if (anchor !== null && error?.extensions?.code === 'NOT_FOUND')
    throw new UnknownAnchorFailure(error.message)
  const plan = dataOf(answer).plan as Plan // as asked for
  await addNames(api, plan, variables)
  return plan
}

/** Those that the first answer had no room for. */
async function addNames(api: Api, { hash, effect }: Plan, variables: object): Promise<void> {
  const groups = effect?.stops ?? []
  for (let skip = NAMES; groups.some(({ count }) => count > skip); skip += NAMES) {
    const answer = await api.send(documents.effect, { ...variables, skip })
    const page = dataOf(answer).plan as Pick<Plan, 'hash' | 'effect'> // as asked for
    if (page.hash !== hash) throw new Failure('The anchor changed meanwhile. Make the plan again.')
    for (const [at, { entities }] of groups.entries())
      entities.push(...(page.effect?.stops[at]?.entities ?? []))
  }
}

export const aboutOf = (anchor: string | null) => (anchor === null ? { installation: true } : {})

type NamedText = { name: string; content: string }

/** The files of an anchor, or of the installation (null), and the plan that they are to be applied as. */
export type Source = { anchor: string | null; files: NamedText[]; plan?: string; prune?: true }

/** The server takes 64 MB, and as JSON a text is longer by its quotes and ends of lines. */
const MAXIMUM_BYTES = 48 * 1024 * 1024

/** The installation first, because its anchors exist before their files are planned. @throws Failure */
export async function readSources(given: readonly string[]): Promise<Source[]> {
  const files = (await Promise.all(given.map(readPlace))).flat()
  if (files.length === 0) throw new Failure('There are no files of YAML or JSON.')
  const bytes = files.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)
  if (bytes > MAXIMUM_BYTES) throw tooLarge(`The files have ${megabytes(bytes)}.`)
  const [first] = files
  const plan = files.length === 1 && first ? readPlan(first.content) : null
  if (plan) return [plan]
  const byAnchor = Map.groupBy(files, anchorOf)
  return [...byAnchor]
    .map(([anchor, some]) => ({ anchor, files: some }))
    .sort((a, b) => Number(a.anchor !== null) - Number(b.anchor !== null))
}

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1024 / 1024)} MB`
const tooLarge = (fact: string) =>
  new Failure(`${fact} At most ${megabytes(MAXIMUM_BYTES)} are allowed: split them, and plan each part.`)

async function readPlace(path: string): Promise<NamedText[]> {
  try {
    const found = await stat(path)
    if (!found.isDirectory()) {
      if (found.size > MAXIMUM_BYTES) throw tooLarge(`${path} has ${megabytes(found.size)}.`)
      return [{ name: path, content: await readFile(path, 'utf8') }]
    }
    const names = (await readdir(path)).filter((name) => /\.(ya?ml|json)$/.test(name)).sort()
    return (await Promise.all(names.map((name) => readPlace(join(path, name))))).flat()
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(`${path} cannot be read: ${(error as Error).message}.`) // of the file system
  }
}

/** What `plan --output` wrote; null: another file. */
function readPlan(content: string): Source | null {
  if (!content.startsWith('{"anchor":')) return null
  try {
    const plan: Source = JSON.parse(content)
    return typeof plan.plan === 'string' && Array.isArray(plan.files) ? plan : null
  } catch {
    return null
  }
}

/** The server reads the file; here only the anchor matters, which says where it is sent. @throws Failure */
export function anchorOf({ name, content }: NamedText): string | null {
  const [, yaml, json] = /^anchor:\s*["']?([a-z0-9-]+)|"anchor"\s*:\s*"([a-z0-9-]+)"/m.exec(content) ?? []
  const anchor = yaml ?? json
  if (anchor !== undefined) return anchor
  if (/^apiVersion:|"apiVersion"\s*:/m.test(content)) return null
  throw new Failure(`${name} names no anchor. Begin it with apiVersion and anchor.`)
}
