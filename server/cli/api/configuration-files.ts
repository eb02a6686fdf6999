/** Reads configuration files, by what they are about: the installation or an anchor. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from './failure.ts'

type NamedText = { name: string; content: string }

/** The files of an anchor, or of the installation (null), and the plan that they are to be applied as. */
export type Source = { anchor: string | null; files: NamedText[]; plan?: string; prune?: true }

/** The server takes 64 MB, and as JSON a text is longer by its quotes and ends of lines. */
const MAXIMUM_BYTES = 48 * 1024 * 1024

/** The installation first, because its anchors exist before their files are planned. @throws Failure */
export async function readSources(given: readonly string[]): Promise<Source[]> {
  const files = (await Promise.all(given.map(readPlace))).flat()
  if (files.length === 0) throw new Failure('There are no files of YAML or JSON.')
  const bytes = files.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)
  if (bytes > MAXIMUM_BYTES) throw tooLarge(`The files have ${megabytes(bytes)}.`)
  const [first] = files
  const plan = files.length === 1 && first ? readPlan(first.content) : null
  if (plan) return [plan]
  const byAnchor = Map.groupBy(files, anchorOf)
  return [...byAnchor]
    .map(([anchor, some]) => ({ anchor, files: some }))
    .sort((a, b) => Number(a.anchor !== null) - Number(b.anchor !== null))
}

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1024 / 1024)} MB`
const tooLarge = (fact: string) =>
  new Failure(`${fact} At most ${megabytes(MAXIMUM_BYTES)} are allowed: split them, and plan each part.`)

async function readPlace(path: string): Promise<NamedText[]> {
  try {
    const found = await stat(path)
    if (!found.isDirectory()) {
      if (found.size > MAXIMUM_BYTES) throw tooLarge(`${path} has ${megabytes(found.size)}.`)
      return [{ name: path, content: await readFile(path, 'utf8') }]
    }
    const names = (await readdir(path)).filter((name) => /\.(ya?ml|json)$/.test(name)).sort()
    return (await Promise.all(names.map((name) => readPlace(join(path, name))))).flat()
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(`${path} cannot be read: ${(error as Error).message}.`) // of the file system
  }
}

/** What `plan --output` wrote; null: another file. */
function readPlan(content: string): Source | null {
  if (!content.startsWith('{"anchor":')) return null
  try {
    const plan: Source = JSON.parse(content)
    return typeof plan.plan === 'string' && Array.isArray(plan.files) ? plan : null
  } catch {
    return null
  }
}

/** The server reads the file; here only the anchor matters, which says where it is sent. @throws Failure */
export function anchorOf({ name, content }: NamedText): string | null {
  const [, yaml, json] = /^anchor:\s*["']?([a-z0-9-]+)|"anchor"\s*:\s*"([a-z0-9-]+)"/m.exec(content) ?? []
  const anchor = yaml ?? json
  if (anchor !== undefined) return anchor
  if (/^apiVersion:|"apiVersion"\s*:/m.test(content)) return null
  throw new Failure(`${name} names no anchor. Begin it with apiVersion and anchor.`)
}
