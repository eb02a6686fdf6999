/** `inmor completion`: what a shell needs to complete the words of commands. */
import { Argument, Command } from 'commander'

type Words = {
  path: readonly string[]
  next: readonly string[]
  options: readonly string[]
  describes: string
}

/** Each command with the words that may follow it. */
function wordsOf(command: Command, path: readonly string[] = []): Words[] {
  const { commands } = command
  const own = {
    path,
    next: commands.map((each) => each.name()),
    options: [...command.options.flatMap(({ long }) => long ?? []), '--help'],
    describes: command.description(),
  }
  return [own, ...commands.flatMap((each) => wordsOf(each, [...path, each.name()]))]
}

/** Compares the words before the present one with each command; the longest that fits decides. */
function bash(words: readonly Words[]): string {
  const cases = words
    .toSorted((a, b) => b.path.length - a.path.length)
    .map(({ path, next, options }) => {
      const pattern = path.length === 0 ? '*' : `"${path.join(' ')} "*`
      return `    ${pattern}) words="${[...next, ...options].join(' ')}" ;;`
    })
  return `_inmor() {
  local words before="\${COMP_WORDS[*]:1:COMP_CWORD-1} "
  case "$before" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _inmor inmor
`
}

const zsh = (words: readonly Words[]): string =>
  `autoload -U +X compinit bashcompinit && compinit && bashcompinit\n${bash(words)}`

function fish(words: readonly Words[]): string {
  const quoted = (text: string) => `'${text.replaceAll(/['\\]/g, '\\$&')}'`
  const lines = words.flatMap(({ path, next, options }) => {
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`)
    const isFirst = next.length > 0 ? [`not __fish_seen_subcommand_from ${next.join(' ')}`] : []
    const condition = quoted([...seen, ...isFirst].join('; and ') || 'true')
    const subcommands = next.map((name) => {
      const found = words.find((each) => each.path.join(' ') === [...path, name].join(' '))
      return `complete -c inmor -f -n ${condition} -a ${name} -d ${quoted(found?.describes ?? '')}`
    })
    const flags = options.map((name) => `complete -c inmor -n ${condition} -l ${name.slice(2)}`)
    return [...subcommands, ...flags]
  })
  return `${lines.join('\n')}\n`
}

const shells = { bash, zsh, fish }

/** `load` makes the whole program. */
export function completionCommand(load: () => Promise<Command>): Command {
  return new Command('completion')
    .description('print the completion of a shell, which its start-up file evaluates')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(shells)))
    .action(async (shell: keyof typeof shells) => {
      process.stdout.write(shells[shell](wordsOf(await load())))
    })
}
