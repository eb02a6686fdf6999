/** Asks for the plan of configuration files, as JSON with the names of all that stop to resolve. */
import { type Api, dataOf } from './api.ts'
import type { Source } from './configuration-files.ts'
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
  configurationPlan(files: $files, installation: $installation, prune: $prune) { ${fields} } }`
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
  const plan = dataOf(answer).configurationPlan as Plan // as asked for
  await addNames(api, plan, variables)
  return plan
}

/** Those that the first answer had no room for. */
async function addNames(api: Api, { hash, effect }: Plan, variables: object): Promise<void> {
  const groups = effect?.stops ?? []
  for (let skip = NAMES; groups.some(({ count }) => count > skip); skip += NAMES) {
    const answer = await api.send(documents.effect, { ...variables, skip })
    const page = dataOf(answer).configurationPlan as Pick<Plan, 'hash' | 'effect'> // as asked for
    if (page.hash !== hash) throw new Failure('The anchor changed meanwhile. Make the plan again.')
    for (const [at, { entities }] of groups.entries())
      entities.push(...(page.effect?.stops[at]?.entities ?? []))
  }
}

export const aboutOf = (anchor: string | null) => (anchor === null ? { installation: true } : {})
