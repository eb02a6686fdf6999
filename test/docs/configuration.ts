/** Prints docs/configuration.md from the tables that the servers read their configuration by. */
import { fileNames, type Table, type Variable } from '#federation/config/variable.ts'
import { federationVariables } from '#federation/config/variables.ts'
import { commandVariables } from '#server/config/command.ts'
import { embeddedVariables } from '#server/config/embedded.ts'
import { serverVariables } from '#server/config/variables.ts'

function rowOf(variable: Variable): string {
  const { names, toml, kind, meaning } = variable
  const set = [...names, ...fileNames(variable)].map((name) => `\`${name}\``)
  const all = [...set, ...(toml ? [`\`${toml}\` in the file`] : [])]
  const { success, data } = kind.safeParse(undefined)
  return `| ${all.join(', ')} | ${success ? shown(data) : 'required'} | ${meaning} |`
}

function shown(value: unknown): string {
  const isNone = value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  return isNone ? 'none' : `\`${value}\``
}

function print(table: Table): string {
  return [
    '| variable | default | what it is |',
    '| --- | --- | --- |',
    ...Object.values(table).map(rowOf),
  ].join('\n')
}

export function configurationDocument(): string {
  return `# Configuration

<!-- Made by \`npm run docs\` from the code; a test compares. -->

Each process reads its environment once, when it starts, before it opens anything. It reports all faults at once, a line
for each, and ends with exit code 1. An empty variable counts as not set. A secret can be in a file: \`DB_PASSWORD_FILE\` has the
path of the file with \`DB_PASSWORD\`, as orchestrators mount secrets. A line break at its end does not count, and one of the two
can be set. Other processes of the host then cannot read it from the environment. A flag is \`true\`, \`1\`, \`yes\` or \`on\`, or
\`false\`, \`0\`, \`no\` or \`off\`. Settings that operators change at run time (policy, validity, endpoints and the like) are
not here: they are in the database, and in the console.

## The admin server and its workers

\`server/main.ts\` and \`server/worker.ts\`. \`DATABASE_URL\` or \`DB_HOST\` must be set.

${print(serverVariables)}

## The federation server

\`federation/main.ts\` also reads \`taconfig.toml\`, or the file that \`-c\` names; the environment overrides it, and \`-p\` overrides the port.

${print(federationVariables)}

## The command line

The command line reads what the admin server reads, and:

${print(commandVariables)}

## The embedded form

\`npm start\` and \`npm run demo\` take all of the above for both halves, with defaults for what is required, and these:

${print(embeddedVariables)}
`
}
