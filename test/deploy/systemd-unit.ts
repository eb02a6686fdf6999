/** Reads the units of deploy/systemd, and finds the command line of each with files of a test instead of those of the system. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const unitNames = ['ta', 'export', 'admin', 'worker', 'migrate'] as const
export type UnitName = (typeof unitNames)[number]

export const folder = fileURLToPath(new URL('../../deploy/systemd', import.meta.url))
const checkout = fileURLToPath(new URL('../..', import.meta.url))

/** The values of each setting of a unit, in their order. */
export type Unit = ReadonlyMap<string, readonly string[]>

export async function readUnit(name: UnitName): Promise<Unit> {
  const settings = new Map<string, string[]>()
  for (const [key, value] of pairsOf(await readFile(join(folder, `inmor-${name}.service`), 'utf8')))
    settings.set(key, [...(settings.get(key) ?? []), value])
  return settings
}

/** `NAME=value` of each line that is no comment, as units and environment files have them. */
export function pairsOf(text: string): [string, string][] {
  const lines = text.split('\n').filter((line) => /^[A-Za-z_]+=/.test(line))
  return lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])
}

/** The text with the folders of a test below `directory` instead of those of the system, and this checkout as the release. */
export const translate = (text: string, directory: string) =>
  text
    .replaceAll('/usr/bin/node', process.execPath)
    .replaceAll('/opt/inmor/', checkout)
    .replaceAll(/\/(etc|var\/lib)\/inmor\b|\/srv\/inmor\b/g, (path) => join(directory, path))

/** What systemd would start: the program, and the environment of its files and credentials. */
export async function commandOf(unit: Unit, directory: string) {
  const of = (name: string) => (unit.get(name) ?? []).map((value) => translate(value, directory))
  const environment: Record<string, string> = {}
  for (const file of of('EnvironmentFile')) {
    const text = await readFile(file.replace(/^-/, ''), 'utf8').catch((error) => {
      if (file.startsWith('-')) return ''
      throw error
    })
    Object.assign(environment, Object.fromEntries(pairsOf(translate(text, directory))))
  }
  const credentials = join(directory, 'credentials')
  await mkdir(credentials, { recursive: true })
  for (const [name = '', source = ''] of of('LoadCredential').map((value) => value.split(':')))
    await writeFile(join(credentials, name), await readFile(source))
  for (const each of of('Environment').flatMap((value) => value.split(' ')))
    Object.assign(environment, Object.fromEntries(pairsOf(each.replace('%d', credentials))))
  const [program = '', ...args] = (of('ExecStart')[0] ?? '').split(' ')
  return { program, args, environment }
}
