/** Exports, plans and applies files of the installation of an admin server under test. */
import { parse, stringify } from 'yaml'
import type { TestAdmin } from '#test/helpers/admin.ts'
import { watchRun } from '#test/helpers/run.ts'
import { type Plan, start } from './configured.ts'

type Item = Record<string, unknown>
type Role = Parameters<typeof start>[3]

/** The file as tests change it. */
export type DescribedInstallation = {
  apiVersion: string
  complete?: boolean
  anchors: Item[]
  webhooks: Item[]
  protection: Item
}

/** A file with these sections. */
export const installationOf = (sections: object): string => stringify({ apiVersion: 'inmor/v1', ...sections })

export async function exportInstallation(admin: TestAdmin): Promise<string> {
  const document = '{ configurationExport(installation: true) { content endCursor } }'
  const { data, errors } = await admin.execute(document)
  if (errors) throw new Error(JSON.stringify(errors))
  return data.configurationExport.content
}

export const exportedInstallation = async (admin: TestAdmin): Promise<DescribedInstallation> => ({
  webhooks: [],
  ...parse(await exportInstallation(admin)),
})

export async function planInstallation(admin: TestAdmin, content: string): Promise<Plan> {
  const { data, errors } = await admin.execute(
    `query ($files: [ConfigurationFileInput!]!) { configurationPlan(installation: true, files: $files) { hash created changed unchanged
      operations text markdown faults { file line column message } warnings { line message } steps { section key verb changes { path before after } } } }`,
    { files: [{ name: '1.yaml', content }] },
  )
  if (errors) throw new Error(JSON.stringify(errors))
  return data.configurationPlan
}

export const startInstallation = (
  admin: TestAdmin,
  content: string,
  further: object = {},
  as: Role = 'admin',
) => start(admin, content, { installation: true, ...further }, as)

/** The items of the run in the order in which they ended. */
export async function applyInstallation(admin: TestAdmin, content: string, further: object = {}) {
  const { id, message } = await startInstallation(admin, content, further)
  if (!id) throw new Error(message)
  const seen = await watchRun(admin, id)
  return { state: seen.at(-1)?.run.state, items: seen.flatMap(({ item }) => item ?? []) }
}
