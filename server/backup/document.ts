/** A backup as lines of JSON: a head, the rows, and an end with their number and hash. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { BackupError } from '#server/backup/backup-error.ts'
import { isSlug } from '#store/anchors.ts'

const FORMAT = 1

const anchorSchema = z.object({
  slug: z.string().refine(isSlug),
  entityId: z.string(),
  /** The last migration of its tables. */
  migration: z.string(),
})
const headSchema = z.object({
  inmorBackup: z.literal(FORMAT),
  madeAt: z.iso.datetime(),
  /** The last migration of the database. */
  migration: z.string(),
  /** All anchors of an installation that has several. */
  anchors: z.array(anchorSchema).optional(),
  /** The only one of the backup, which then has no tables of the installation. */
  anchor: anchorSchema.optional(),
})
const rowSchema = z.object({
  table: z.string(),
  row: z.record(z.string(), z.unknown()),
  /** The slug of an anchor that is not the first one. */
  anchor: z.string().optional(),
})
const endSchema = z.object({ end: z.object({ rows: z.int(), sha256: z.string() }) })

export type AnchorInBackup = z.infer<typeof anchorSchema>
export type Head = z.infer<typeof headSchema>
export type Row = z.infer<typeof rowSchema>

export const head = (migration: string, madeAt: Date, contained: Pick<Head, 'anchor' | 'anchors'>): Head => ({
  inmorBackup: FORMAT,
  madeAt: madeAt.toISOString(),
  migration,
  ...contained,
})

/** Counts and hashes lines as they pass. */
function createTally() {
  const hash = createHash('sha256')
  let lines = 0
  return {
    add(line: string) {
      hash.update(`${line}\n`)
      lines++
    },
    /** The head is not a row. */
    end: () => ({ rows: lines - 1, sha256: hash.digest('hex') }),
  }
}

/** The lines of a document, each with its line break. */
export async function* writeDocument(start: Head, rows: AsyncIterable<string>): AsyncGenerator<string> {
  const tally = createTally()
  const first = JSON.stringify(start)
  tally.add(first)
  yield `${first}\n`
  for await (const row of rows) {
    tally.add(row)
    yield `${row}\n`
  }
  yield `${JSON.stringify({ end: tally.end() })}\n`
}

export type BackupDocument = { head: Head; rows: AsyncGenerator<Row> }

/** Trust the rows only after the last one. @throws BackupError, also while rows are read */
export async function readDocument(lines: AsyncIterable<string>): Promise<BackupDocument> {
  const iterator = lines[Symbol.asyncIterator]()
  const tally = createTally()
  const first = await iterator.next()
  const start = headSchema.safeParse(first.done ? null : parse(first.value))
  if (!start.success) throw new BackupError('This version cannot read this file as a backup.')
  tally.add(first.value)
  return { head: start.data, rows: readRows(iterator, tally) }
}

async function* readRows(
  lines: AsyncIterator<string>,
  tally: ReturnType<typeof createTally>,
): AsyncGenerator<Row> {
  for (let next = await lines.next(); !next.done; next = await lines.next()) {
    const value = parse(next.value)
    const row = rowSchema.safeParse(value)
    if (row.success) {
      tally.add(next.value)
      yield row.data
      continue
    }
    const end = endSchema.safeParse(value)
    const { rows, sha256 } = tally.end()
    if (!end.success || end.data.end.rows !== rows || end.data.end.sha256 !== sha256) {
      throw new BackupError('The backup was altered: its rows do not match its end.')
    }
    if (!(await lines.next()).done) throw new BackupError('The backup was altered: lines follow its end.')
    return
  }
  throw new BackupError('The backup was cut off: its end is missing.')
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new BackupError('The backup was altered, or this is not a backup: a line is not JSON.')
  }
}
