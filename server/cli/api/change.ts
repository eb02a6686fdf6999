/** Mutations: one for each input. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { type Api, type Data, dataOf } from './api.ts'
import { mutationDocument } from './documents.ts'
import { exitCodes, Failure, refusal } from './failure.ts'
import { follow } from './follow.ts'
import { print } from './list.ts'
import { nameOf, requireAll, type Slot, withIds } from './options.ts'
import { type OutputOptions, requireField } from './output.ts'
import { type ReviewOptions, review, setsPolicy } from './policy.ts'
import { type Row, table } from './table.ts'

type Options = OutputOptions & ReviewOptions & { follow?: true }

type Change = Extract<Row, { kind: 'do' }>

export const startsRun = ({ success }: Change): boolean => success.run === 'Run'

/** @throws Failure */
export async function change(
  api: Api,
  row: Change,
  slots: readonly Slot[],
  variables: Data,
  options: Options,
): Promise<void> {
  requireAll(slots, variables)
  const type = `${row.field.charAt(0).toUpperCase()}${row.field.slice(1)}Success`
  const isWhole = options.json === true || options.only !== undefined
  const given = Object.keys(variables.input ?? {})
  const document = mutationDocument(row, isWhole ? 'plain' : 'columns', type, given)
  requireField(document, options)
  const sent = await withIds(api, row.noun, slots, variables)
  if (setsPolicy(row) && !(await review(api, sent.input as Data, options))) return
  const result = dataOf(await api.send(document, sent))[row.field] as Data & Parameters<typeof refusal>[0]
  const { __typename, ...success } = result
  if (__typename !== type) throw refusal({ ...result, message: inWords(result.message, slots) })
  const values = Object.values(success)
  const shown = values.length === 1 ? values[0] : withoutNames(success)
  await print(shown, options)
  if (isFailed(shown)) throw new Failure('It has failed.')
  const { run } = success
  if (options.follow && run) await follow(api, String((run as Data).id), options)
}

/** Names of the API in messages as the command line has them: `acceptCopies` is `--accept-copies`. */
function inWords(message: string, slots: readonly Slot[]): string {
  return message.replaceAll(/\b[a-z]+(?:[A-Z][a-z]+)+\b/g, (name) => {
    const slot = slots.find(({ field }) => field.name === name)
    if (slot) return `--${nameOf(slot)}`
    const row = table.rows.find(({ kind, field }) => kind === 'do' && field === name)
    return row ? `inmor ${row.noun} ${row.verb}` : name
  })
}

/** A delivery that was tried. */
const isFailed = (value: unknown) =>
  typeof value === 'object' && value !== null && 'state' in value && value.state === 'FAILED'

/** The members of its objects are members of one object, for people and scripts. */
const withoutNames = (success: Data): Data =>
  Object.assign(
    {},
    ...Object.entries(success)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => (typeof value === 'object' ? value : { [name]: value })),
  )

/**
 * Every input of a file, each with the given fields too. A failure does not end the others.
 * @throws Failure at the end, with the highest exit code
 */
export async function changeEach(
  api: Api,
  row: Change,
  slots: readonly Slot[],
  variables: Data,
  options: Options & { file: string },
): Promise<void> {
  let failed = 0
  let code = 0
  for await (const input of readInputs(options.file)) {
    const merged = { ...variables, input: { ...input, ...(variables.input as Data | undefined) } }
    await change(api, row, slots, merged, options).catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error
      failed += 1
      code = Math.max(code, error.exitCode)
      const subject = input.entityId ?? input.id ?? input.name ?? JSON.stringify(input).slice(0, 100)
      process.stderr.write(`${subject}: ${error.message}\n`)
      if (error.output !== undefined) process.stdout.write(`${error.output}\n`)
    })
  }
  if (failed > 0) throw new Failure(`Failed: ${failed}.`, code)
}

/** `-` is standard input. Lines are read as they are needed. @throws Failure that names the line */
async function* readInputs(file: string): AsyncGenerator<Data> {
  const stream = file === '-' ? process.stdin : createReadStream(file)
  const failed = new Promise<never>((_resolve, reject) =>
    stream.once('error', (error: Error) =>
      reject(new Failure(`${file} cannot be read: ${error.message}.`, exitCodes.usage)),
    ),
  )
  failed.catch(() => {}) // it may come after the end
  const title = file === '-' ? 'Standard input' : file
  let number = 0
  let pending = ''
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })[
    Symbol.asyncIterator
  ]()
  for (;;) {
    const { done, value: line = '' } = await Promise.race([lines.next(), failed])
    if (done) break
    number += 1
    const text = pending + line
    if (text.trim() === '') continue
    const parsed = parse(text)
    // A document over several lines begins with one that is not complete.
    if (parsed === undefined) pending = `${text}\n`
    else {
      pending = ''
      yield* inputsIn(parsed, number)
    }
  }
  if (pending.trim() !== '')
    throw new Failure(`${title} is not JSON, nor has it JSON on each line.`, exitCodes.usage)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function inputsIn(value: unknown, line: number): Data[] {
  const inputs = Array.isArray(value) ? value : [value]
  const isEachObject = inputs.every(
    (each) => typeof each === 'object' && each !== null && !Array.isArray(each),
  )
  if (isEachObject) return inputs
  throw new Failure(`Line ${line} is not a JSON object.`, exitCodes.usage)
}
