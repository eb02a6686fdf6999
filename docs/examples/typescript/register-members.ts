/**
 * Registers the members of a CSV file and prints what became of each. The first line names the columns: `entityId`, and
 * if you like `tags` (with spaces between them) and `note`. A line break within a field is not understood. The key needs
 * the role operator. Exits with 1 if a member could not be registered.
 *
 *     node register-members.ts members.csv
 */
import { readFile } from 'node:fs/promises'
import { Inmor } from './inmor.ts'
import { ImportMembers, RunProgress } from './operations.ts'
import './script.ts'

const [file = ''] = process.argv.slice(2)
const [columns = [], ...rows] = (await readFile(file, 'utf8')).split(/\r?\n/).filter(Boolean).map(fieldsOf)
const subordinates = rows.map((fields) => {
  const row = Object.fromEntries(columns.map((column, at) => [column, fields[at] ?? '']))
  return {
    entityId: row.entityId ?? '',
    tags: row.tags?.split(' ').filter(Boolean) ?? [],
    note: row.note || null,
  }
})

const inmor = Inmor.from(process.env)
const start = await inmor.mutate(ImportMembers, { input: { source: { list: { subordinates } } } })
if (!start.ok) throw new Error(`${start.code}: ${start.message}`)

const runId = start.data.run.id
/** The sequence of the last item seen: after a reconnect the stream goes on after it. */
let seen = 0
for await (const { runProgress } of inmor.subscribe(RunProgress, () => ({ runId, after: seen }))) {
  const { run, item } = runProgress
  if (item) console.log(item.ok ? `ok ${item.resource}` : `FAILED ${item.resource}: ${item.message}`)
  seen = item?.sequence ?? seen
  if (run.endedAt && seen === run.done + run.failed) {
    console.log(`${run.state}: ${run.done} of ${run.total} registered.`)
    process.exitCode = run.state === 'SUCCEEDED' && run.failed === 0 ? 0 : 1
    break
  }
}

/** Of a line: separated by commas, and quoted if they contain one. */
function fieldsOf(line: string): string[] {
  const fields = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)
  return Array.from(fields, ([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain)
}
