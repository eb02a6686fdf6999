/** The options of a command, from the arguments of its operation, and what was given as the variables of a request. */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Api, Data, Variables } from './api.ts'
import { exitCodes, Failure } from './failure.ts'
import { idOf } from './ids.ts'
import { type Field, type Row, readType, table, typeOfNoun } from './table.ts'

/** An argument, or a field of an input, and how a command takes it. */
export type Slot = {
  /** Where it is in the variables: `['input', 'entityId']`. */
  path: readonly [string, ...string[]]
  field: Field
  /** In the words of the command, instead of an option. */
  isPositional: boolean
}

/** Inputs whose fields are options of their own. */
const flat = ['input', 'filter', 'orderBy']

export function slotsOf(row: Row): Slot[] {
  const slots = row.args.flatMap((arg) =>
    flat.includes(arg.name)
      ? slotsIn([arg.name], arg)
      : [{ path: [arg.name], field: arg, isPositional: false } as const],
  )
  const subject = subjectOf(row, slots)
  return slots.map((slot) => ({ ...slot, isPositional: slot === subject }))
}

/** The fields of an input. A selection, such as of subordinates, is made in one of several ways: each is an option. */
function slotsIn(path: Slot['path'], { type }: Field): Slot[] {
  const { name, isRequired } = readType(type)
  return (table.inputs[name] ?? []).flatMap((each) => {
    const inner: Slot['path'] = [...path, each.name]
    const field = isRequired ? each : { ...each, type: each.type.replace(/!$/, '') }
    if (readType(each.type).name.endsWith('SelectionInput')) return slotsIn(inner, field)
    return [{ path: inner, field, isPositional: false }]
  })
}

/** What a command is about, which its words name: an id, or the only argument of a look-up. */
const subjects = ['id', 'kid', 'auditEventId']
const subjectsOfNouns: Readonly<Record<string, string>> = {
  anchor: 'anchor',
  entity: 'entityId',
  organization: 'organizationId',
  schedule: 'name',
}

function subjectOf({ noun, kind }: Row, slots: readonly Slot[]): Slot | undefined {
  const required = slots.filter(isRequired)
  if (kind !== 'do' && required.length === 1) return required[0]
  const names = [...subjects, subjectsOfNouns[noun]]
  return required.find(({ field }) => names.includes(field.name))
}

export const isRequired = ({ field }: Slot): boolean => field.type.endsWith('!') && !field.hasDefault

const dashed = (name: string) => name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()

/** The option of a slot, without dashes: `order-by` has the field of an order, and `held` is `isHeld`. */
export function nameOf({ path: [arg, name], field }: Slot): string {
  if (arg === 'orderBy') return name === 'field' ? 'order-by' : 'direction'
  return dashed(readType(field.type).name === 'Boolean' ? field.name.replace(/^is(?=[A-Z])/, '') : field.name)
}

/** What the options of a command are called in its result. */
const attributeOf = (slot: Slot) => nameOf(slot).replaceAll(/-(\w)/g, (_dash, letter) => letter.toUpperCase())

/** Whether the value is JSON, given as text or as `@file`. */
const isJson = (type: string) => table.inputs[type] !== undefined || type === 'JSON' || type === 'JWKS'

/** Whether `@file` is the text of a file: long texts, and those that no list of processes may show. */
const isText = ({ name, type }: Field) =>
  isJson(readType(type).name) || readType(type).name === 'JWT' || /password/i.test(name)

/** Adds the options, or for a switch both. */
export function addOptions(command: Command, slots: readonly Slot[]): void {
  for (const slot of slots) {
    const name = nameOf(slot)
    const { describes, type } = slot.field
    const needed = isRequired(slot) ? `${describes} Required.` : describes
    if (slot.isPositional) command.argument(`[${name}]`, describes, parserOf(type))
    else if (readType(type).name === 'Boolean')
      command.option(`--${name}`, needed).option(`--no-${name}`, `The opposite of --${name}.`)
    else command.addOption(optionOf(name, needed, type))
  }
}

function optionOf(name: string, describes: string, type: string): Option {
  const { name: kind, isList } = readType(type)
  const again = isList && !table.inputs[kind] ? ' Give it again for another one.' : ''
  const values = table.enums[kind]
  const option = new Option(`--${name} <${wordOf(kind)}>`, `${describes}${again}`)
  if (values) option.choices(values)
  const parse = parserOf(type)
  return option.argParser((value, earlier: unknown) => {
    const parsed = parse(value)
    if (!isList) return parsed
    return [...(Array.isArray(earlier) ? earlier : []), parsed].flat()
  })
}

/** What stands for the value in the help. */
function wordOf(type: string): string {
  if (isJson(type)) return 'json'
  const words: Readonly<Record<string, string>> = { Int: 'number', DateTime: 'time', ID: 'id', URL: 'url' }
  return words[type] ?? 'value'
}

function parserOf(type: string): (value: string) => unknown {
  const { name } = readType(type)
  const values = table.enums[name]
  if (values) return (value) => parseEnum(value, values)
  if (name === 'Int') return parseNumber
  if (name === 'DateTime') return parseTime
  return (value) => value
}

/** `failing` is FAILING, and `waiting-for-operator` WAITING_FOR_OPERATOR. */
function parseEnum(value: string, values: readonly string[]): string {
  const found = values.find((each) => each.toLowerCase() === value.toLowerCase().replaceAll('-', '_'))
  if (found) return found
  throw new InvalidArgumentError(`Allowed choices are ${values.join(', ')}.`)
}

export function parsePositive(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value)
  throw new InvalidArgumentError('Enter a whole number, at least 1.')
}

function parseNumber(value: string): number {
  if (/^-?\d+$/.test(value)) return Number(value)
  throw new InvalidArgumentError('Enter a whole number.')
}

function parseTime(value: string): string {
  const time = new Date(value)
  if (!Number.isNaN(time.getTime())) return time.toISOString()
  throw new InvalidArgumentError('Enter a date or a time, such as 2026-01-31 or 2026-01-31T12:00:00Z.')
}

/** What was given, as variables; a field to unset is null. @throws Failure */
export async function variablesOf(
  slots: readonly Slot[],
  word: unknown,
  options: Readonly<Record<string, unknown>>,
  unset: readonly string[] = [],
): Promise<Data> {
  const variables: Data = {}
  for (const slot of slots) {
    const given = slot.isPositional ? word : options[attributeOf(slot)]
    const value = unset.includes(nameOf(slot)) ? null : given
    if (value !== undefined) put(variables, slot.path, await readValue(slot, value))
  }
  return variables
}

async function readValue(slot: Slot, value: unknown): Promise<unknown> {
  if (!isText(slot.field) || value === null) return value
  if (Array.isArray(value)) return (await Promise.all(value.map((each) => readValue(slot, each)))).flat()
  const content = await readContent(String(value))
  return isJson(readType(slot.field.type).name) ? parseJson(content, titleOf(slot)) : content
}

function parseJson(content: string, title: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    throw new Failure(
      `${title} is not JSON. Give JSON, or @ and the name of a file of JSON.`,
      exitCodes.usage,
    )
  }
}

/** `@file` is the text of the file, and `@-` that of standard input. */
async function readContent(value: string): Promise<string> {
  if (!value.startsWith('@')) return value
  const file = value.slice(1)
  const content = file === '-' ? text(process.stdin) : readFile(file, 'utf8')
  return (
    await content.catch((error: Error) => {
      throw new Failure(`${file} cannot be read: ${error.message}.`, exitCodes.usage)
    })
  ).trimEnd()
}

const titleOf = (slot: Slot) => (slot.isPositional ? `<${nameOf(slot)}>` : `--${nameOf(slot)}`)

function put(target: Data, [name, ...rest]: readonly [string, ...string[]], value: unknown): void {
  const [next, ...further] = rest
  if (next === undefined) target[name] = value
  else {
    target[name] ??= {}
    put(target[name] as Data, [next, ...further], value) // made above
  }
}

const valueAt = (variables: Variables, path: readonly string[]): unknown =>
  path.reduce<unknown>((at, name) => (at as Variables | undefined)?.[name], variables)

/** @throws Failure that names what lacks */
export function requireAll(slots: readonly Slot[], variables: Variables): void {
  const missing = slots
    .filter((slot) => isRequired(slot) && valueAt(variables, slot.path) === undefined)
    .map(titleOf)
  if (missing.length > 0) throw new Failure(`Give ${missing.join(', ')}.`, exitCodes.usage)
}

/** The same variables, with the ids of what they name. @throws Failure */
export async function withIds(
  api: Api,
  noun: string,
  slots: readonly Slot[],
  variables: Variables,
): Promise<Data> {
  const found = structuredClone(variables) as Data
  for (const { path, field } of slots) {
    if (readType(field.type).name !== 'ID') continue
    const type = typeOfId(noun, field.name)
    const value = valueAt(found, path)
    if (!type || value === undefined || value === null) continue
    const ids = Array.isArray(value)
      ? await Promise.all(value.map((each) => idOf(api, type, String(each))))
      : await idOf(api, type, String(value))
    put(found, path, ids)
  }
  return found
}

/** `id` is of the noun, and `organizationId` of an Organization. */
function typeOfId(noun: string, name: string): string | undefined {
  if (/^ids?$/.test(name)) return typeOfNoun(noun)
  const type = name.replace(/Ids?$/, '').replace(/^./, (letter) => letter.toUpperCase())
  return table.types[type] ? type : undefined
}
