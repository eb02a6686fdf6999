/** The options of conversions, and where their file goes. */
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { ConfigurationError } from '#federation/config/error.ts'
import { plural } from '#server/alerts/alert.ts'
import { formatYaml } from '#server/as-code/format.ts'
import { printable } from '#server/cli/api/output.ts'
import { type FollowOptions, withFollow } from '#server/cli/convert/follow.ts'
import { command, print } from '#server/cli/output.ts'
import { changesSince, describeChanges } from '#server/convert/changes.ts'
import { buildDocument } from '#server/convert/document.ts'
import type { Source } from '#server/convert/source.ts'

/** A new installation has this anchor. */
const FIRST_ANCHOR = 'main'

export type FileOptions = FollowOptions & { json?: boolean; anchor: string }

/** A conversion of an anchor at a URL. */
export const conversion = (name: string, description: string, url: string): Command =>
  withFollow(command(name, description))
    .argument('<url>', url, parseUrl)
    .option('-o, --output <folder>', 'write a file there (default: print it)')
    .option('--anchor <slug>', 'the anchor that the file is about', parseSlug, FIRST_ANCHOR)
    .option('--partial', 'leave out what cannot be read, instead of writing nothing', false)
    .option('--allow-http', 'allow http and private addresses', false)

/** Writes or prints the file, and says what it lacks on standard error. */
export async function deliver(options: FileOptions, source: Source): Promise<void> {
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
