/** Makes the commands of a noun from the rows of the table. */
import { Command } from 'commander'
import { type Api, dataOf, type Open } from './api.ts'
import { change, changeEach, startsRun } from './change.ts'
import { nodeDocument } from './documents.ts'
import { Failure } from './failure.ts'
import { follow } from './follow.ts'
import { idOf } from './ids.ts'
import { list, print, showAll } from './list.ts'
import {
  addOptions,
  nameOf,
  parsePositive,
  requireAll,
  type Slot,
  slotsOf,
  variablesOf,
  withIds,
} from './options.ts'
import { type OutputOptions, requireField } from './output.ts'
import { previewsPolicy, printPreview, type ReviewOptions, setsPolicy } from './policy.ts'
import { type Row, rowsOf } from './table.ts'

/** A command that takes an id, also one that begins with a dash. */
class CommandAboutOne extends Command {
  override parseOptions(words: string[]) {
    const end = words.indexOf('--')
    const id = words.findIndex((word, index) => DASHED_ID.test(word) && (end < 0 || index < end))
    return super.parseOptions(id < 0 ? words : [...words.toSpliced(id, 1), '--', words[id] as string])
  }
}

type Options = OutputOptions &
  ReviewOptions & { anchor?: string; from?: string; unset?: string[]; follow?: true }

/** `group` has commands of its own already, which stay. */
export function addCommands(group: Command, open: Open): Command {
  const noun = group.name()
  const own = group.commands.map((command) => command.name())
  for (const row of rowsOf(noun)) if (!own.includes(row.verb)) group.addCommand(commandOf(row, open))
  return group.description(`about ${noun}: ${group.commands.map((command) => command.name()).join(', ')}`)
}

/** A command of the schema. */
export class ApiCommand extends CommandAboutOne {}

function commandOf(row: Row, open: Open): Command {
  const slots = slotsOf(row)
  const names = slots.map(nameOf)
  const command = new ApiCommand(row.verb).description(row.describes)
  addOptions(command, slots)
  if (row.kind === 'do') {
    const nullable = slots.filter(({ field, isPositional }) => !isPositional && !field.type.endsWith('!'))
    if (nullable.length > 0)
      command.option('--unset <fields...>', `Set to nothing: ${nullable.map(nameOf).join(', ')}.`)
    if (row.args.some(({ name }) => name === 'input') && !names.includes('from'))
      command.option(
        '--from <file>',
        'Read the input from a file of JSON, or many, one on each line; - is standard input.',
      )
    if (setsPolicy(row))
      command
        .option('--dry-run', 'Print what it does to members, and change nothing.')
        .option('--yes', 'Do not ask, although entities stop to resolve.')
    if (startsRun(row)) command.option('--follow', 'Print the items of the run until it ends.')
  }
  if (row.kind === 'list' || row.kind === 'export' || (row.kind === 'all' && row.isList))
    command.option('--limit <number>', 'At most so many.', parsePositive)
  if (!names.includes('anchor'))
    command.option('--anchor <name>', 'The anchor, by slug or Entity Identifier (default: INMOR_ANCHOR).')
  command.option('--json', row.kind === 'list' ? 'Print a line of JSON for each.' : 'Print JSON.')
  if (row.kind !== 'export' && row.kind !== 'follow')
    command.option('--only <field>', 'Print only this field, such as id.')
  return command.action(async (...given: unknown[]) => {
    const word = slots.some(({ isPositional }) => isPositional) ? given[0] : undefined
    const options = command.opts<Options & Record<string, unknown>>()
    const variables = await variablesOf(slots, word, options, options.unset)
    const file = names.includes('from') ? undefined : options.from
    if (file === undefined) requireAll(slots, variables) // before anything is opened
    const anchor = names.includes('anchor') ? undefined : options.anchor
    const api = await open(anchor)
    try {
      await perform(api, row, slots, variables, { ...options, ...(file === undefined ? {} : { file }) })
    } finally {
      await api.close()
    }
  })
}

async function perform(
  api: Api,
  row: Row,
  slots: readonly Slot[],
  variables: Record<string, unknown>,
  options: Options & { file?: string },
): Promise<void> {
  const { file } = options
  if (row.kind === 'do' && file !== undefined)
    return changeEach(api, row, slots, variables, { ...options, file })
  if (row.kind === 'do') return change(api, row, slots, variables, options)
  if (row.kind === 'node') return showNode(api, row.type, String(variables.id), options)
  if (row.kind === 'follow') return follow(api, await idOf(api, 'Run', String(variables.id)), options)
  const found = await withIds(api, row.noun, slots, variables)
  if (previewsPolicy(row) && !options.json && options.only === undefined) return printPreview(api, found)
  if (row.kind === 'all') return showAll(api, row, found, options)
  return list(api, row, found, options)
}

async function showNode(api: Api, type: string, name: string, options: OutputOptions): Promise<void> {
  const id = await idOf(api, type, name)
  const document = nodeDocument(type)
  requireField(document, options)
  const { node } = dataOf(await api.send(document, { id }))
  if (!node) throw new Failure(`There is no ${type} ${JSON.stringify(name)}. (NOT_FOUND)`)
  await print(node, options)
}

/** Ids and thumbprints are base64url of 32 and 43 characters. One in 64 begins with a dash; no option is that long. */
const DASHED_ID = /^-[\w-]{31,}$/
