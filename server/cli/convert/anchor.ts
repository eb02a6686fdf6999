/** `inmor convert federation` and `inmor convert lighthouse`: the configuration file of an anchor, from its public endpoints or its admin API. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { parseEntityId } from '#core/entity-id.ts'
import { ConfigurationError } from '#federation/config/error.ts'
import { plural } from '#server/alerts/alert.ts'
import { formatYaml } from '#server/as-code/format.ts'
import { printable } from '#server/cli/api/output.ts'
import { type FollowOptions, follow, withFollow } from '#server/cli/convert/follow.ts'
import { command, print } from '#server/cli/output.ts'
import { describeFirstUse, readKeys } from '#server/cli/source.ts'
import { systemClock, toUnix } from '#server/clock.ts'
import { changesSince, describeChanges } from '#server/convert/changes.ts'
import { buildDocument } from '#server/convert/document.ts'
import { readFederation } from '#server/convert/federation/convert.ts'
import type { Credentials } from '#server/convert/lighthouse/admin-api.ts'
import { readLighthouse } from '#server/convert/lighthouse/convert.ts'
import type { Source } from '#server/convert/source.ts'

/** A new installation has this anchor. */
const FIRST_ANCHOR = 'main'

type FileOptions = FollowOptions & { json?: boolean; anchor: string }

/** A conversion of an anchor at a URL. */
const conversion = (name: string, description: string, url: string): Command =>
  withFollow(command(name, description))
    .argument('<url>', url, parseUrl)
    .option('-o, --output <folder>', 'write a file there (default: print it)')
    .option('--anchor <slug>', 'the anchor that the file is about', parseSlug, FIRST_ANCHOR)
    .option('--partial', 'leave out what cannot be read, instead of writing nothing', false)
    .option('--allow-http', 'allow http and private addresses', false)

/** Writes or prints the file, and says what it lacks on standard error. */
async function deliver(options: FileOptions, source: Source): Promise<void> {
  const document = buildDocument(source, options.anchor)
  for (const note of source.notes) process.stderr.write(`${printable(note)}\n`)
  if (options.output === undefined) return print(options, document, formatYaml(document).trimEnd())
  const file = join(options.output, `${options.anchor}.yaml`)
  const changes = await changesSince(file, document)
  await writeWhole(file, formatYaml(document))
  const { members, marks } = source
  const counts = `${plural(members.length, 'member')}, ${plural(marks.length, 'Trust Mark')}`
  const numbers = { file, members: members.length, trustMarks: marks.length }
  const since = changes ? ` ${describeChanges(changes)}` : ''
  print(options, { ...numbers, ...(changes ? { changes } : {}) }, `${file}: ${counts}.${since}`)
}

/** The file before stays until the new one is whole. @throws ConfigurationError */
async function writeWhole(file: string, text: string): Promise<void> {
  try {
    await mkdir(join(file, '..'), { recursive: true })
    await writeFile(`${file}.new`, text)
    await rename(`${file}.new`, file)
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException // of the file system
    throw new ConfigurationError(`${file} cannot be written (${code}).`)
  }
}

function parseUrl(value: string): string {
  if (/^https?:\/\//i.test(value) && URL.canParse(value)) return value
  throw new InvalidArgumentError('Use a URL, such as https://ta.example.org.')
}

function parseSlug(value: string): string {
  if (/^[a-z0-9-]+$/.test(value)) return value
  throw new InvalidArgumentError('Use the slug of an anchor, such as edu.')
}

/** `inmor convert federation`: writes the configuration file of a living anchor, from its public endpoints. */
export const federationCommand = conversion(
  'federation',
  'write the configuration file of a living anchor, from its public endpoints',
  'the Entity Identifier of the anchor',
)
  .option('--keys <file>', 'trust only these keys of the anchor, a JWK Set (default: those that it has)')
  .action(async (url: string, options) => {
    const entityId = parseEntityId(url, { allowHttp: true })
    // Those of the first conversion count for the further ones.
    let pinned = await readKeys(options.keys)
    await follow(options, async () => {
      const source = await readFederation({
        entityId,
        pinned,
        isPartial: options.partial,
        allowHttp: options.allowHttp,
        now: toUnix(systemClock()),
        signal: new AbortController().signal,
        async onFirstUse(keys) {
          const text = await describeFirstUse({ entityId, keys }, '--keys')
          process.stderr.write(`${printable(text)}\n`)
          pinned = keys
        },
      })
      await deliver(options, source)
    })
  })

/** `inmor convert lighthouse`: writes the configuration file of an anchor of lighthouse, over its admin API. */
export const lighthouseCommand = conversion(
  'lighthouse',
  'write the configuration file of an anchor of lighthouse, over its admin API',
  'the URL of the server, or of its admin API',
)
  .option('--user <name>', 'a user of the admin API (default: none)')
  .option('--password-file <file>', 'file with the password of the user')
  .action((url: string, options) =>
    follow(options, async () => {
      const source = await readLighthouse({
        url,
        credentials: await readCredentials(options),
        isPartial: options.partial,
        allowHttp: options.allowHttp,
        signal: new AbortController().signal,
      })
      await deliver(options, source)
    }),
  )

/** Null: none. @throws ConfigurationError */
async function readCredentials(options: {
  user?: string
  passwordFile?: string
}): Promise<Credentials | null> {
  const { user, passwordFile: file } = options
  if (user === undefined && file === undefined) return null
  if (user === undefined || file === undefined)
    throw new ConfigurationError('Set both --user and --password-file.')
  try {
    return { user, password: (await readFile(file, 'utf8')).trimEnd() }
  } catch {
    throw new ConfigurationError(`${file} cannot be read. --password-file needs a file with the password.`)
  }
}
