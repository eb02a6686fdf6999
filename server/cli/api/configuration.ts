/** The commands about configuration files: export, plan, apply, drift. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Command, Option } from 'commander'
import { type Api, dataOf, type Open } from './api.ts'
import {
  aboutOf,
  anchorOf,
  type Plan,
  type PlanRequest,
  planOf,
  readSources,
  type Source,
  UnknownAnchorFailure,
} from './configuration-plan.ts'
import { exitCodes, Failure, refusal } from './failure.ts'
import { follow } from './follow.ts'
import { parsePositive } from './options.ts'
import { printable, write, writeJson } from './output.ts'

/** Their names. */
export const ofConfiguration: readonly string[] = ['export', 'plan', 'drift', 'apply']

/** Has the runs about the installation. */
const FIRST_ANCHOR = 'main'
/** Exit code of a plan that has steps. */
const CHANGES = 2
/** Another process starts a new anchor within seconds. */
const TRIES = 20
const PAUSE_MS = 500

const APPLY = `mutation ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { __typename
  ... on ApplyConfigurationSuccess { run { id } } ... on Error { message code path } } }`
const EXPORT = `query ($after: String, $installation: Boolean) {
  configurationExport(after: $after, installation: $installation) { content endCursor } }`

const PRUNE = 'Remove what the set of these files described before and describes no longer.'
const FILES = 'Files or folders of files, YAML or JSON.'

export function configurationCommands(open: Open): Command[] {
  const withApi = async <Result>(anchor: string | null | undefined, work: (api: Api) => Promise<Result>) => {
    const api = await open(anchor === null ? FIRST_ANCHOR : anchor)
    try {
      return await work(api)
    } finally {
      await api.close()
    }
  }

  const compare = async (given: readonly string[], options: PlanOptions, isDrift = false) => {
    const sources = await readSources(given)
    for (const source of sources) {
      const plan = await withApi(source.anchor, (api) => planOf(api, source, options))
      await printPlan(plan, options)
      if (plan.hash === null) process.exitCode = exitCodes.failed
      else if (plan.steps.length > 0 || (isDrift && plan.warnings.length > 0)) process.exitCode ??= CHANGES
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
      .description(
        'Writes the state of an anchor, or of the installation, as a configuration file. Applying it changes nothing.',
      )
      .option(
        '-o, --output <folder>',
        'Write it into this folder, as SLUG.yaml or installation.yaml; by default to standard output.',
      )
      .option('--schema', 'Write the form of such a file instead, as a JSON Schema for editors.')
      .option('--anchor <name>', 'The anchor, by slug or Entity Identifier (default: INMOR_ANCHOR).')
      .addOption(
        new Option(
          '--installation',
          'Write the state of the installation: anchors, webhooks, protection.',
        ).conflicts('anchor'),
      )
      .action(({ anchor, schema, ...options }: ExportOptions & { anchor?: string; schema?: true }) =>
        withApi(options.installation ? null : anchor, (api) =>
          schema ? printSchema(api) : exportTo(api, options),
        ),
      ),
    planOptions(new Command('plan'))
      .description(
        'Shows what configuration files would change. Exit code 0: nothing, 2: something, 1: an error.',
      )
      .option('-o, --output <file>', 'Write the plan to this file, for apply.')
      .action((given: readonly string[], options: PlanOptions) => compare(given, options)),
    planOptions(new Command('drift'))
      .description(
        'Shows how an anchor differs from its configuration files. Exit code 0: not at all, 2: it does.',
      )
      .action((given: readonly string[], options: PlanOptions) => compare(given, options, true)),
    new Command('apply')
      .description('Applies configuration files, or a plan of them, as one run, and follows it.')
      .argument('<file...>', `${FILES} Or the file of one plan.`)
      .option('--commit <id>', 'The commit of the files, for the audit log.')
      .option('--prune', PRUNE)
      .option('--dry-run', 'Change nothing: each object says what would happen.')
      .option('--wait <seconds>', 'Wait at most this long for another application to end.', parsePositive)
      .option('--json', 'Print a line of JSON for each object.')
      .action(async (given: readonly string[], options: ApplyOptions) => {
        const sources = await readSources(given)
        const work = (source: Source) => withApi(source.anchor, (api) => apply(api, source, options))
        const isNew = !options.dryRun && sources.some(({ anchor }) => anchor === null)
        for (const source of sources) await (isNew ? whenKnown(() => work(source)) : work(source))
      }),
  ]
}

type PlanOptions = PlanRequest & { markdown?: true; output?: string }
type ApplyOptions = { json?: true; dryRun?: true; commit?: string; prune?: true; wait?: number }

const planOptions = (command: Command) =>
  command
    .argument('<file...>', FILES)
    .option('--prune', PRUNE)
    .option('--json', 'Print JSON, with each step.')
    .option('--markdown', 'Print Markdown, for a pull request.')

type ExportOptions = { output?: string; installation?: true }

/** Tries again while an anchor that was just created does not run yet. @throws Failure */
async function whenKnown<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof UnknownAnchorFailure) || tries === TRIES) throw error
      await setTimeout(PAUSE_MS)
    }
  }
}

async function printPlan(plan: Plan, { json, markdown }: PlanOptions): Promise<void> {
  if (json) return writeJson(plan)
  await write(printable(markdown ? plan.markdown : plan.text))
}

async function apply(api: Api, source: Source, options: ApplyOptions): Promise<void> {
  const { anchor, files } = source
  const { commit, dryRun, wait = 0, prune = source.prune } = options
  const further = {
    ...(prune ? { prune } : {}),
    ...(commit ? { commit } : {}),
    ...(dryRun ? { dryRun } : {}),
    ...aboutOf(anchor),
  }
  const end = performance.now() + wait * 1000
  for (;;) {
    // Another application may have changed what there is to do.
    const plan = source.plan ?? (await planned(api, source, prune))
    const result = dataOf(await api.send(APPLY, { input: { files, plan, ...further } })).applyConfiguration as
      | { __typename: 'ApplyConfigurationSuccess'; run: { id: string } }
      | ({ __typename: string } & Parameters<typeof refusal>[0]) // as asked for
    if ('run' in result) return follow(api, result.run.id, options)
    // A conflict without a place is another run.
    const isOccupied = result.code === 'CONFLICT' && !result.path
    if (!isOccupied || performance.now() >= end) throw refusal(result)
    await setTimeout(PAUSE_MS)
  }
}

/** The hash of the plan, which is shown. @throws Failure */
async function planned(api: Api, source: Source, prune?: true): Promise<string> {
  const { hash, text } = await planOf(api, source, prune ? { prune } : {})
  process.stderr.write(printable(text))
  if (hash === null) throw new Failure('The files have faults. Nothing was changed.')
  return hash
}

async function printSchema(api: Api): Promise<void> {
  const { configurationSchema } = dataOf(await api.send('{ configurationSchema }', {}))
  await write(`${JSON.stringify(configurationSchema, null, 2)}\n`)
}

async function exportTo(api: Api, { output: folder, installation }: ExportOptions): Promise<void> {
  const parts: string[] = []
  for (let after: string | null = null; ; ) {
    const part = dataOf(await api.send(EXPORT, { after, ...(installation ? { installation } : {}) }))
      .configurationExport as {
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
  const name = anchorOf({ name: 'The export', content }) ?? 'installation'
  await writeFile(join(folder, `${name}.yaml`), content)
}
