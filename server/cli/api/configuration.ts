/** The commands about configuration files: export, plan, apply, drift. */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { type Api, dataOf, type Open } from './api.ts'
import { exitCodes, Failure, refusal } from './failure.ts'
import { follow } from './follow.ts'
import { printable, write, writeJson } from './output.ts'

type NamedText = { name: string; content: string }

/** The files of an anchor, and the plan that they are to be applied as. */
type Source = { anchor: string; files: NamedText[]; plan?: string; prune?: true }

type Plan = {
  hash: string | null
  created: number
  changed: number
  removed: number
  faults: { file: string; line: number; column: number; message: string }[]
  text: string
  markdown: string
  steps: unknown[]
}

/** Their names. */
export const ofConfiguration: readonly string[] = ['export', 'plan', 'drift', 'apply']

/** Exit code of a plan that has steps. */
const CHANGES = 2
/** The server takes 64 MB, and as JSON a text is longer by its quotes and ends of lines. */
const MAXIMUM_BYTES = 48 * 1024 * 1024

const PLAN = `query ($files: [ConfigurationFileInput!]!, $prune: Boolean) { configurationPlan(files: $files, prune: $prune) {
  hash created changed removed faults { file line column message } text markdown
  steps { section key verb changes { path before after } } } }`
const APPLY = `mutation ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { __typename
  ... on ApplyConfigurationSuccess { run { id } } ... on Error { message code path } } }`
const EXPORT = 'query ($after: String) { configurationExport(after: $after) { content endCursor } }'

const PRUNE = 'Remove what the set of these files described before and describes no longer.'
const FILES = 'Files or folders of files, YAML or JSON.'

export function configurationCommands(open: Open): Command[] {
  const withApi = async <Result>(anchor: string | undefined, work: (api: Api) => Promise<Result>) => {
    const api = await open(anchor)
    try {
      return await work(api)
    } finally {
      await api.close()
    }
  }

  const compare = async (given: readonly string[], options: PlanOptions) => {
    const sources = await readSources(given)
    for (const source of sources) {
      const plan = await withApi(source.anchor, (api) => planOf(api, source.files, options.prune))
      await printPlan(plan, options)
      if (plan.hash === null) process.exitCode = exitCodes.failed
      else if (plan.steps.length > 0) process.exitCode ??= CHANGES
      if (options.output !== undefined && plan.hash !== null) {
        if (sources.length > 1)
          throw new Failure('A plan is about one anchor. Give the files of one.', exitCodes.failed)
        await writeFile(
          options.output,
          `${JSON.stringify({ ...source, plan: plan.hash, ...(options.prune ? { prune: true } : {}) })}\n`,
        )
      }
    }
  }

  return [
    new Command('export')
      .description('Writes the state of an anchor as a configuration file. Applying it changes nothing.')
      .option(
        '-o, --output <folder>',
        'Write it into this folder, as SLUG.yaml; by default to standard output.',
      )
      .option('--schema', 'Write the form of such a file instead, as a JSON Schema for editors.')
      .option('--anchor <name>', 'The anchor, by slug or Entity Identifier (default: INMOR_ANCHOR).')
      .action(({ output, anchor, schema }: { output?: string; anchor?: string; schema?: true }) =>
        withApi(anchor, (api) => (schema ? printSchema(api) : exportTo(api, output))),
      ),
    planOptions(new Command('plan'))
      .description(
        'Shows what configuration files would change. Exit code 0: nothing, 2: something, 1: an error.',
      )
      .option('-o, --output <file>', 'Write the plan to this file, for apply.')
      .action(compare),
    planOptions(new Command('drift'))
      .description(
        'Shows how an anchor differs from its configuration files. Exit code 0: not at all, 2: it does.',
      )
      .action(compare),
    new Command('apply')
      .description('Applies configuration files, or a plan of them, as one run, and follows it.')
      .argument('<file...>', `${FILES} Or the file of one plan.`)
      .option('--commit <id>', 'The commit of the files, for the audit log.')
      .option('--prune', PRUNE)
      .option('--dry-run', 'Change nothing: each object says what would happen.')
      .option('--json', 'Print a line of JSON for each object.')
      .action(async (given: readonly string[], options: ApplyOptions) => {
        for (const source of await readSources(given))
          await withApi(source.anchor, (api) => apply(api, source, options))
      }),
  ]
}

type PlanOptions = { json?: true; markdown?: true; output?: string; prune?: true }
type ApplyOptions = { json?: true; dryRun?: true; commit?: string; prune?: true }

const planOptions = (command: Command) =>
  command
    .argument('<file...>', FILES)
    .option('--prune', PRUNE)
    .option('--json', 'Print JSON, with each step.')
    .option('--markdown', 'Print Markdown, for a pull request.')

async function planOf(api: Api, files: readonly NamedText[], prune?: true): Promise<Plan> {
  return dataOf(await api.send(PLAN, { files, ...(prune ? { prune } : {}) })).configurationPlan as Plan // as asked for
}

async function printPlan(plan: Plan, { json, markdown }: PlanOptions): Promise<void> {
  if (json) return writeJson(plan)
  await write(printable(markdown ? plan.markdown : plan.text))
}

async function apply(api: Api, source: Source, options: ApplyOptions): Promise<void> {
  const { files } = source
  const { commit, dryRun, prune = source.prune } = options
  const plan = source.plan ?? (await planned(api, files, prune))
  const further = {
    ...(prune ? { prune } : {}),
    ...(commit ? { commit } : {}),
    ...(dryRun ? { dryRun } : {}),
  }
  const result = dataOf(await api.send(APPLY, { input: { files, plan, ...further } })).applyConfiguration as
    | { __typename: 'ApplyConfigurationSuccess'; run: { id: string } }
    | ({ __typename: string } & Parameters<typeof refusal>[0]) // as asked for
  if (!('run' in result)) throw refusal(result)
  await follow(api, result.run.id, options)
}

/** The hash of the plan, which is shown. @throws Failure */
async function planned(api: Api, files: readonly NamedText[], prune?: true): Promise<string> {
  const { hash, text } = await planOf(api, files, prune)
  process.stderr.write(printable(text))
  if (hash === null) throw new Failure('The files have faults. Nothing was changed.')
  return hash
}

async function printSchema(api: Api): Promise<void> {
  const { configurationSchema } = dataOf(await api.send('{ configurationSchema }', {}))
  await write(`${JSON.stringify(configurationSchema, null, 2)}\n`)
}

async function exportTo(api: Api, folder: string | undefined): Promise<void> {
  const parts: string[] = []
  for (let after: string | null = null; ; ) {
    const part = dataOf(await api.send(EXPORT, { after })).configurationExport as {
      content: string
      endCursor: string | null
    } // as asked for
    if (folder === undefined) await write(part.content)
    else parts.push(part.content)
    after = part.endCursor
    if (after === null) break
  }
  if (folder === undefined) return
  await mkdir(folder, { recursive: true })
  const content = parts.join('')
  await writeFile(join(folder, `${anchorOf({ name: 'The export', content })}.yaml`), content)
}

/** By anchor. @throws Failure */
async function readSources(given: readonly string[]): Promise<Source[]> {
  const files = (await Promise.all(given.map(readPlace))).flat()
  if (files.length === 0) throw new Failure('There are no files of YAML or JSON.')
  const bytes = files.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)
  if (bytes > MAXIMUM_BYTES) throw tooLarge(`The files have ${megabytes(bytes)}.`)
  const [first] = files
  const plan = files.length === 1 && first ? readPlan(first.content) : null
  if (plan) return [plan]
  const byAnchor = Map.groupBy(files, anchorOf)
  return [...byAnchor].map(([anchor, some]) => ({ anchor, files: some }))
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
function anchorOf({ name, content }: NamedText): string {
  const [, yaml, json] = /^anchor:\s*["']?([a-z0-9-]+)|"anchor"\s*:\s*"([a-z0-9-]+)"/m.exec(content) ?? []
  const anchor = yaml ?? json
  if (anchor !== undefined) return anchor
  throw new Failure(`${name} names no anchor. Begin it with apiVersion and anchor.`)
}
