/** Exports, plans and applies configuration files of an admin server under test. */
import { parse, stringify } from 'yaml'
import type { TestAdmin } from '#test/helpers/admin.ts'
import { watchRun } from '#test/helpers/run.ts'

type Role = 'viewer' | 'operator' | 'admin'
type Item = Record<string, unknown>

/** The file as tests change it. */
export type Described = {
  apiVersion: string
  anchor: string
  complete?: boolean
  set?: string
  settings?: Item
  metadataPolicy?: Item
  organizations?: Item[]
  trustMarkTypes?: Item[]
  members?: Item[]
  awaitedMembers?: Item[]
  trustMarks?: Item[]
  checks?: Item[]
  schedules?: Item[]
  mirrors?: Item[]
}

export type Plan = {
  hash: string | null
  created: number
  changed: number
  unchanged: number
  operations: string[]
  text: string
  effect: {
    members: { stops: number; examined: number }
    stops: { entities: { entityId: string }[] }[]
    starts: object[]
    changes: object[]
  } | null
  markdown: string
  faults: { file: string; line: number; column: number; message: string }[]
  warnings: { line: number; message: string }[]
  steps: {
    section: string
    key: string
    verb: string
    changes: { path: string; before: unknown; after: unknown }[]
  }[]
}

const head = { apiVersion: 'inmor/v1', anchor: 'main' }

/** A file with these sections. */
export const fileOf = (sections: Partial<Described>): string => stringify({ ...head, ...sections })

export async function exportText(admin: TestAdmin): Promise<string> {
  let text = ''
  for (let after: string | null = null; ; ) {
    const document = 'query ($after: String) { configurationExport(after: $after) { content endCursor } }'
    const { data, errors } = await admin.execute(document, { after })
    if (errors) throw new Error(JSON.stringify(errors))
    text += data.configurationExport.content
    after = data.configurationExport.endCursor
    if (after === null) return text
  }
}

export const exported = async (admin: TestAdmin): Promise<Described> => parse(await exportText(admin))

export async function planOf(admin: TestAdmin, ...contents: string[]): Promise<Plan> {
  const files = contents.map((content, at) => ({ name: `${at + 1}.yaml`, content }))
  const { data, errors } = await admin.execute(
    `query ($files: [ConfigurationFileInput!]!) { configurationPlan(anchor: "main", files: $files) { hash created changed unchanged operations
      text markdown effect { members { stops examined } stops { below reason count examples entities(first: 1000) { entityId } } starts { count } changes { path before after count } } faults { file line column message } warnings { line message } steps { section key verb changes { path before after } } } }`,
    { files },
  )
  if (errors) throw new Error(JSON.stringify(errors))
  return data.configurationPlan
}

export const start = (admin: TestAdmin, content: string, further: object = {}, as: Role = 'admin') =>
  admin.mutate('applyConfiguration', { files: [{ name: '1.yaml', content }], ...further }, 'id', as)

/** The items of the run in the order in which they ended. */
export async function apply(admin: TestAdmin, content: string, further: object = {}) {
  const { id, message } = await start(admin, content, further)
  if (!id) throw new Error(message)
  const seen = await watchRun(admin, id)
  const state = seen.at(-1)?.run.state
  return { state, items: seen.flatMap(({ item }) => item ?? []) }
}
