/** Compares what configuration files said when they were applied last with the state of the anchor, without the files. */
import type { FileObject } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { kinds } from '#server/plan/kinds.ts'
import { type Fields, type Section, sections } from '#server/plan/section.ts'
import { hashOfField } from '#server/services/file-object/field-hash.ts'

const PAGE = 500

type Context = { db: Database; now: () => Date }
export type Compared = { compared: number; different: number }

/** Keeps the fields that differ with each object. `signal` ends it between two pages. */
export async function compareWithFiles(context: Context, signal: AbortSignal): Promise<Compared> {
  const total: Compared = { compared: 0, different: 0 }
  for (const section of sections) {
    for (let after: string | undefined; ; ) {
      signal.throwIfAborted()
      const page = await readPage(context.db, section, after)
      const last = page.at(-1)
      if (!last) break
      const found = await comparePage(context, section, page)
      total.compared += page.length
      total.different += found.filter(({ differs }) => differs.length > 0).length
      after = last.key
    }
  }
  return total
}

function readPage(db: Database, section: Section, after: string | undefined): Promise<FileObject[]> {
  const where = { section, fields: { not: {} }, ...(after === undefined ? {} : { key: { gt: after } }) }
  return db.fileObject.findMany({ where, orderBy: { key: 'asc' }, take: PAGE })
}

type Found = { key: string; differs: string[] }

async function comparePage({ db, now }: Context, section: Section, page: FileObject[]): Promise<Found[]> {
  const stored = new Map<string, Fields>()
  for await (const some of kinds[section].read(db, { keys: page.map(({ key }) => key) }, now()))
    for (const { key, fields } of some) stored.set(key, fields)
  const found = page.map(({ key, fields: hashes }) => {
    const fields = stored.get(key)
    const named = Object.entries(hashes as Record<string, string>) // as the application wrote them
    const differing = named.filter(([name, hash]) => hashOfField(fields?.[name]) !== hash)
    return { key, differs: fields ? differing.map(([name]) => name).sort() : [...kinds[section].keys] }
  })
  const changed = found.filter(({ differs }, at) => differs.join() !== page[at]?.differs.join())
  if (changed.length > 0) await keep(db, section, changed)
  return found
}

async function keep(db: Database, section: Section, found: readonly Found[]): Promise<void> {
  await db.$executeRaw`
    UPDATE "FileObject" SET "differs" = ARRAY(SELECT jsonb_array_elements_text(r.differs))
    FROM jsonb_to_recordset(${JSON.stringify(found)}::jsonb) AS r (key text, differs jsonb)
    WHERE "section" = ${section} AND "FileObject"."key" = r.key`
}
