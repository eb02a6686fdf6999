/** `inmor checks`: the checks of requests that administrators compose for a type. */
import { Command, Option } from 'commander'
import { ConfigurationError } from '#federation/config/error.ts'
import type { CheckPipeline } from '#prisma/generated/client/client.ts'
import { readChecks } from '#server/cli/checks-file.ts'
import { versionOption } from '#server/cli/fields.ts'
import { type AnchorOptions, aboutAnchor, withAnchor } from '#server/cli/opened.ts'
import { command, lineOf, listText, print } from '#server/cli/output.ts'
import { parseUrl } from '#server/cli/parse.ts'
import { wordOf } from '#server/cli/word.ts'
import type { OpenAnchor } from '#server/process/open-anchor.ts'
import { pipelineChecks } from '#server/services/request/pipeline/check-names.ts'
import { createPipelineService } from '#server/services/request/pipeline/pipelines.ts'
import { checksOf } from '#server/services/request/pipeline/run.ts'
import { createWriter } from '#server/services/write.ts'

const pipelinesOf = ({ db, allowHttp }: OpenAnchor) =>
  createPipelineService({ db, allowHttp, write: createWriter(db) })

/** With the name of the type, and the checks as `set` takes them. */
async function describe({ db }: OpenAnchor, pipeline: CheckPipeline) {
  const { entityType, trustMarkTypeId, approves, version } = pipeline
  const named =
    trustMarkTypeId === null ? null : await db.trustMarkType.findUnique({ where: { id: trustMarkTypeId } })
  return { entityType, trustMarkType: named?.type ?? null, checks: checksOf(pipeline), approves, version }
}

type Described = Awaited<ReturnType<typeof describe>>

function linesOf({ entityType, trustMarkType, checks, approves, version }: Described): string {
  const decision = approves ? 'approves' : 'an operator approves'
  return [
    lineOf(entityType ?? trustMarkType, decision, `version ${version}`),
    ...checks.map(({ check, onFailure }) =>
      lineOf(`  ${check}`, `on failure: ${wordOf(onFailure)}`, pipelineChecks[check].title),
    ),
  ].join('\n')
}

const list = command('list', 'list the types that have checks, each with its checks in their order').action(
  async (options: AnchorOptions) => {
    const shown = await withAnchor(options, async (anchor) =>
      Promise.all((await pipelinesOf(anchor).list()).map((pipeline) => describe(anchor, pipeline))),
    )
    print(options, shown, listText(shown.map(linesOf), 'type'))
  },
)

type SetOptions = AnchorOptions & {
  entityType?: string
  trustMarkType?: string
  from?: string
  approves?: boolean
  ifVersion?: number
}

const set = command('set', 'compose the checks of requests for a type, and say whether they approve')
  .option('--entity-type <type>', 'the Entity Type')
  .addOption(
    new Option('--trust-mark-type <type>', 'or the Trust Mark type')
      .argParser(parseUrl)
      .conflicts('entityType'),
  )
  .option(
    '--from <file>',
    'a JSON file with the list of checks, as list --json prints it; - reads standard input',
  )
  .option('--approves', 'a request is approved at once when every check passed')
  .option('--no-approves', 'an operator decides')
  .addOption(versionOption())
  .action(async ({ entityType, trustMarkType, from, approves, ifVersion, ...options }: SetOptions) => {
    const type = entityType ?? trustMarkType
    if (type === undefined) throw new ConfigurationError('Set --entity-type or --trust-mark-type.')
    if (from === undefined && approves === undefined)
      throw new ConfigurationError('This changes nothing. Set --from, --approves or --no-approves.')
    const checks = from === undefined ? undefined : await readChecks(from)
    const changed = await withAnchor(
      options,
      async (anchor) => {
        const input = { entityType, trustMarkType, checks, approves, version: ifVersion }
        return describe(anchor, await pipelinesOf(anchor).update(anchor.caller, input))
      },
      { action: 'updateCheckPipeline', input: { type } },
    )
    print(options, changed, linesOf(changed))
  })

export const checksCommand = new Command('checks').description('compose the checks of requests')
for (const each of [list, set]) checksCommand.addCommand(aboutAnchor(each))
