/** Prints docs/configuration.md from the tables that the servers read their configuration by: `npm run docs`. */
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { settings } from '#federation/setting.ts'
import { settingMeanings } from '#federation/setting-meaning.ts'
import { variables } from '#server/env.ts'
import { variableMeanings } from '#server/env-meaning.ts'

export const configurationFile = fileURLToPath(new URL('../../docs/configuration.md', import.meta.url))

type Row = { name: string; fallback: string; meaning: string }

function adminRows(): Row[] {
  return Object.entries(variables.shape).map(([name, schema]) => {
    const { success, data } = schema.safeParse(undefined)
    const fallback = success ? shown(data) : 'required'
    return { name: `\`${name}\``, fallback, meaning: variableMeanings[name as keyof typeof variableMeanings] } // keys of the same table
  })
}

function federationRows(): Row[] {
  return Object.entries(settings).map(([key, { env, toml, fallback }]) => {
    const names = [...env.map((name) => `\`${name}\``), ...(toml ? [`\`${toml}\` in the file`] : [])]
    const meaning = settingMeanings[key as keyof typeof settingMeanings] // keys of the same table
    return {
      name: names.join(', '),
      fallback: fallback === undefined ? 'required' : shown(fallback),
      meaning,
    }
  })
}

/** Of the command line alone. */
const commandRows: Row[] = [
  { name: '`BACKUP_PASSPHRASE`', fallback: 'none', meaning: 'encrypts and opens backups' },
]

/** Of `npm start` alone. */
const embeddedRows: Row[] = [
  {
    name: '`DATA_DIR`',
    fallback: '`data`',
    meaning: 'where keys, database and secrets of the embedded form lie',
  },
  { name: '`ADMIN_PORT`', fallback: '`8000`', meaning: 'the port of the console and the admin API' },
  { name: '`FEDERATION_PORT`', fallback: '`8080`', meaning: 'the port of the federation server' },
]

function shown(value: unknown): string {
  const isEmpty = (Array.isArray(value) && value.length === 0) || (value instanceof Map && value.size === 0)
  const isNone = value === undefined || value === '' || isEmpty
  return isNone ? 'none' : `\`${value}\``
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ name, fallback, meaning }) => `| ${name} | ${fallback} | ${meaning} |`)
  return ['| variable | default | what it is |', '| --- | --- | --- |', ...lines].join('\n')
}

export function configurationDocument(): string {
  return `# Configuration

<!-- Made by \`npm run docs\` from the code; a test compares. -->

Each process reads its environment once, when it starts, before it opens anything. What is wrong is said at once, a line
for each variable, and the process ends with exit code 1. An empty variable counts as one that is not set. What operators
change while it runs (policy, validity, endpoints and the like) is not here: it is in the database, and in the console.

## The admin server and its workers

\`server/main.ts\` and \`server/worker.ts\`. \`DATABASE_URL\` or \`DB_HOST\` must be set, and \`REDIS_URL\` or \`REDIS_LOCATION\`.

${table(adminRows())}

## The federation server

\`federation/main.ts\` also reads \`taconfig.toml\`, or the file that \`-c\` names; the environment overrides it.

${table(federationRows())}

## The command line

The command line reads what the admin server reads, and:

${table(commandRows)}

## The embedded form

\`npm start\` takes all of the above for both halves, with defaults for what is required, and these:

${table(embeddedRows)}
`
}

if (import.meta.main) await writeFile(configurationFile, configurationDocument())
