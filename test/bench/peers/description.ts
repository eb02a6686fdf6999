/** Reads the descriptions of other servers, a JSON file each, and refuses faults before anything starts. */
import { readdir, readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
import { type ComparedKey, comparedKeys, endpoints } from '../endpoint.ts'
import { findPlaceholders } from '../placeholder.ts'
import { fields, must, template } from './field.ts'

/** What commands, variables and files may name. */
const places = [
  'port',
  'adminPort',
  'redis',
  'keys',
  'dir',
  'peers',
  'members',
  'entityId',
  'trust_mark_type',
  'processes',
] as const
export type Places = Record<(typeof places)[number], string>

const subjects = ['sub', 'trust_anchor', 'trust_mark_type', 'trust_mark'] as const

const path = (known: readonly string[]) => {
  const rule = 'a path that starts with /, of printable ASCII characters'
  return template(known, rule).regex(/^\/[\x21-\x7e]*$/, must(rule))
}
const seconds = (usual: number) =>
  z.number(must('a number of seconds')).positive(must('positive')).default(usual)
const whole = z.int(must('a whole number')).positive(must('positive'))
const words = 'a list: the program, then its arguments'
const command = {
  run: z.array(template(places), must(words)).min(1, { ...must(words), abort: true }),
  environment: z.record(z.string(), template(places), must('an object of texts')).default({}),
}
const paths = Object.fromEntries(comparedKeys.map((key) => [key, path(subjects).optional()]))
const lines = z.array(template(places), must('a list of lines'))

const schema = fields({
  storage: z.enum(['redis', 'own'], must('"redis" or "own"')),
  processes: whole.default(1),
  port: whole.optional(),
  files: z
    .record(z.string().regex(/^[\w.-]+$/, must('the name of a file')), lines, must('an object of files'))
    .default({}),
  start: fields(command),
  ready: fields({ path: path([]), seconds: seconds(30) }),
  seed: fields({
    ...command,
    when: z.enum(['before', 'after'], must('"before" or "after"')),
    seconds: seconds(600),
  }).optional(),
  // The keys are those of the table.
  endpoints: fields(paths as Record<ComparedKey, z.ZodOptional<ReturnType<typeof path>>>),
}).superRefine(({ storage, port, files, start, seed, endpoints: served }, context) => {
  const commands = [start, seed ?? { run: [], environment: {} }]
  const texts = [...commands.flatMap((each) => [...each.run, ...Object.values(each.environment)]), files]
  const used = findPlaceholders(JSON.stringify(texts))
  const fault = (at: string, message: string) =>
    context.addIssue({ code: 'custom', path: at.split('.'), message })
  if (used.includes('redis') !== (storage === 'redis'))
    fault('storage', 'must be "redis" if a command, variable or file uses {redis}, otherwise "own"')
  if (port === undefined && !used.includes('port'))
    fault('port', 'is missing; give the server {port} as its port, or set the one that it always uses')
  for (const { key, path: ours, form } of endpoints) {
    const theirs = key && served[key]
    if (theirs === undefined) continue
    if (ours.includes('{sub}') && !theirs.includes('{sub}'))
      fault(
        `endpoints.${key}`,
        'must have the placeholder {sub}, so that each request is about another entity',
      )
    if (form && storage === 'own' && served.trust_mark === undefined)
      fault(
        `endpoints.${key}`,
        'needs the endpoint trust_mark, where the marks of its own storage are fetched',
      )
  }
})

export type Description = z.output<typeof schema> & {
  name: string
  /** With its description; the placeholder {peers}. */
  folder: string
}

/** One sentence for each fault, a line each. */
export class DescriptionError extends Error {
  override readonly name = 'DescriptionError'
}

/** Reads every `NAME.json` of a folder. @throws DescriptionError */
export async function readDescriptions(directory: string): Promise<Description[]> {
  const folder = resolve(directory)
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new DescriptionError(
      `${folder} cannot be read (${error.code}). Name a folder with one NAME.json for each server.`,
    )
  })
  const read = names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map(async (file) => parseDescription(await readFile(join(folder, file), 'utf8'), { file, folder }))
  const results = await Promise.allSettled(read)
  const faults = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  const other = faults.find((fault) => !(fault instanceof DescriptionError))
  if (other) throw other
  if (faults.length > 0) throw new DescriptionError(faults.map(({ message }) => message).join('\n'))
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}

/** @throws DescriptionError */
export function parseDescription(
  text: string,
  { file, folder }: { file: string; folder: string },
): Description {
  const parsed = schema.safeParse(parseJson(text, file))
  if (parsed.success) return { ...parsed.data, name: basename(file, '.json'), folder }
  const sentences = parsed.error.issues.map(
    ({ path: at, message }) => `${file}: ${at.join('.') || 'The description'} ${message}.`,
  )
  throw new DescriptionError(sentences.join('\n'))
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new DescriptionError(`${file}: The file is not valid JSON: ${error.message}.`)
  }
}
