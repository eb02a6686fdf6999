/** Reads the table of other servers, a JSON file with one row each. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { endpoints } from '../endpoint.ts'

const path = z.string().regex(/^\/[\x21-\x7e]*$/, 'must be a path that starts with /')
const compared = endpoints.flatMap(({ key, path: ours }) => {
  if (key === undefined) return []
  const aboutEach = (text: string) => text.includes('{sub}') || !ours.includes('{sub}')
  const rule = 'must have {sub}, so that each request is about another entity'
  return [[key, path.refine(aboutEach, rule).optional()] as const]
})

const row = z.strictObject({
  name: z.string(),
  /** For the heading. */
  processes: z.int().positive().default(1),
  /** Of a server whose port is fixed. */
  port: z.int().positive().optional(),
  /** A command that stays in the foreground. */
  start: z.string(),
  /** A command that fills the server once it answers. */
  seed: z.string().optional(),
  /** The limit of each command. */
  seconds: z.number().positive().default(60),
  /** By the key of the endpoint; the first one without placeholders shows that the server is ready. */
  paths: z
    .strictObject(Object.fromEntries(compared))
    .refine((paths) => Object.keys(paths).length > 0, 'must have a path'),
})

export type Row = z.output<typeof row>

/** @throws Error that names each fault with its place */
export async function readTable(file: string): Promise<Row[]> {
  const parsed = z.array(row).safeParse(JSON.parse(await readFile(file, 'utf8')))
  if (parsed.success) return parsed.data
  throw new Error(`${file} is not a table of servers:\n${z.prettifyError(parsed.error)}`)
}
