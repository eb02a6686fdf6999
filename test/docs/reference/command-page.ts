/** Prints the page of the command line: the commands of `inmor`, and the programs of the federation server. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Argument, Command, Option } from 'commander'
import { ApiCommand } from '#server/cli/api/command.ts'
import { loadProgram } from '#server/cli/program.ts'
import { root } from '../document.ts'
import { blocks, code, notice, plain, section, table, toAnchor } from './markdown.ts'
import type { Page } from './page.ts'

export const commandPage: Page = {
  name: 'cli',
  title: 'Command line',
  about: 'Every command of `inmor`, and the programs of the federation server.',
}

const introduce = (
  withoutJson: readonly string[],
) => `In a checkout, \`./inmor\` runs the commands; in the images, \`inmor\`. Each command exits with code 0 if it succeeds,
and another one if it fails. \`--help\` after any of them prints its part of this page. \`--json\` prints JSON; each command but
${withoutJson.map(code).join(', ')} has it. The commands in tables are those of the GraphQL API ([how to use them](../api.md#command-line)), and
\`--help\` describes their options. Each has \`--anchor\`. [Configuration](../configuration.md#the-command-line) lists the variables that the commands read.`

/** The introduction names them. */
const common = ['--help', '--json']

/** The programs that are no commands of `inmor`, which print their own help. */
const programs = {
  keygeneration: 'cli/keygeneration.ts',
  collection: 'cli/collection.ts',
  export: 'export/main.ts',
} as const

export async function printCommandPage(): Promise<string> {
  const program = await loadProgram()
  const help = await Promise.all(Object.entries(programs).map(printHelp))
  const parts = program.commands.flatMap((command) =>
    printCommand(command, `${program.name()} ${command.name()}`),
  )
  const withoutJson = singleCommands(program.commands).filter(
    ({ command }) => !command.options.some(({ long }) => long === '--json'),
  )
  const document = blocks(
    `# ${commandPage.title}`,
    notice,
    commandPage.about,
    introduce(withoutJson.map(({ path }) => path)),
    section('Commands', parts),
    section('Programs of the federation server', help),
  )
  return `${document}\n`
}

/** The names of the commands without their subcommands, as links from the index. */
export async function printCommandContents(): Promise<string> {
  const { commands } = await loadProgram()
  const links = commands.map(
    (command) => `[${code(command.name())}](${commandPage.name}.md#${toAnchor(`inmor ${command.name()}`)})`,
  )
  return `- Commands: ${links.join(', ')}`
}

/** The commands that do something themselves. */
const singleCommands = (commands: readonly Command[]): { path: string; command: Command }[] =>
  commands.flatMap((command) =>
    command.commands.length === 0
      ? [{ path: command.name(), command }]
      : command.commands.map((each) => ({ path: `${command.name()} ${each.name()}`, command: each })),
  )

/** A command, then its subcommands. */
function printCommand(command: Command, path: string): string[] {
  const commands = command.commands.filter((each) => !(each instanceof ApiCommand))
  const help = command.createHelp()
  const options = help.visibleOptions(command).filter(({ long }) => !common.includes(long ?? ''))
  const own = blocks(
    `### ${path}`,
    sentence(command.description()),
    usage(command, path, commands),
    table(['argument', 'what it is'], command.registeredArguments.map(argumentRow)),
    table(['option', 'default', 'what it is'], options.map(optionRow)),
    table(['command', 'options', 'what it does'], command.commands.flatMap(apiRow)),
    aliases(command),
  )
  return [own, ...commands.flatMap((each) => printCommand(each, `${path} ${each.name()}`))]
}

function usage(command: Command, path: string, own: readonly Command[]): string {
  if (own.length > 0) return subcommands(path, own)
  return command.commands.length > 0 ? '' : code(`${path} ${command.usage()}`)
}

/** A command of the API, whose help is the description of its fields. */
function apiRow(command: Command): string[][] {
  if (!(command instanceof ApiCommand)) return []
  const words = command.registeredArguments.map((argument) => `<${argument.name()}>`)
  const options = command.options.flatMap(({ long, negate }) => (long && !negate ? [long] : []))
  const shown = options.filter((name) => !['--anchor', '--json'].includes(name))
  return [
    [code([command.name(), ...words].join(' ')), shown.map(code).join(' '), sentence(command.description())],
  ]
}

const subcommands = (path: string, commands: readonly Command[]) => {
  const links = commands.map((each) => `[${code(each.name())}](#${toAnchor(`${path} ${each.name()}`)})`)
  return `Commands: ${links.join(', ')}.`
}

const aliases = (command: Command) =>
  command.aliases().length > 0 ? `Also ${command.aliases().map(code).join(', ')}.` : ''

const sentence = (text: string) => {
  const known = plain(text)
  return `${known.charAt(0).toUpperCase()}${known.slice(1)}${/[.!?]$/.test(known) ? '' : '.'}`
}

const oneOf = (choices: readonly string[] | undefined) =>
  choices ? ` One of ${choices.map(code).join(', ')}.` : ''

function argumentRow(argument: Argument): string[] {
  const name = argument.required ? argument.name() : `[${argument.name()}]`
  return [
    code(argument.variadic ? `${name}...` : name),
    `${sentence(argument.description)}${oneOf(argument.argChoices)}`,
  ]
}

function optionRow(option: Option): string[] {
  return [code(option.flags), defaultOf(option), `${sentence(option.description)}${oneOf(option.argChoices)}`]
}

function defaultOf({ mandatory, defaultValue, defaultValueDescription }: Option): string {
  if (mandatory && defaultValue === undefined) return 'required'
  if (defaultValueDescription !== undefined) return defaultValueDescription
  const isNone =
    defaultValue === undefined ||
    defaultValue === false ||
    (Array.isArray(defaultValue) && defaultValue.length === 0)
  return isNone ? '' : code(String(defaultValue))
}

async function printHelp([program, path]: [string, string]): Promise<string> {
  const file = root(`federation/${path}`)
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    file,
    '--help',
  ])
  return blocks(`### Program inmor-${program}`, `\`\`\`text\n${stdout.trim()}\n\`\`\``)
}
