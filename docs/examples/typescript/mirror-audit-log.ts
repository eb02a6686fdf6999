/**
 * Appends new entries of the audit log to a file, one JSON document per line, and continues after the last line. Checks
 * that each entry follows the previous one, by its hash. With INMOR_ANCHOR the log is a part of that of the installation,
 * and only its order is sure. The key needs the role viewer; e-mail addresses are only in the mirror of an admin.
 *
 *     node mirror-audit-log.ts audit.jsonl
 */
import { appendFile, readFile } from 'node:fs/promises'
import { Inmor } from './inmor.ts'
import { AuditLog } from './operations.ts'
import './script.ts'

const [file = ''] = process.argv.slice(2)
const isWhole = !process.env.INMOR_ANCHOR
const inmor = Inmor.from(process.env)

await appendFile(file, '') // creates it
const lines = (await readFile(file, 'utf8')).split('\n').filter(Boolean)
const last = lines.at(-1)
let { cursor: before = null, hash = null }: { cursor?: string | null; hash?: string | null } = last
  ? JSON.parse(last)
  : {}

let count = 0
for (;;) {
  const { auditEvents: page } = await inmor.query(AuditLog, { last: 100, before })
  for (const { cursor, node } of page.edges.reverse()) {
    if (isWhole && hash !== null && node.previousHash !== hash)
      throw new Error(`Entries are missing before ${node.at} ${node.action} ${node.resource}.`)
    await appendFile(file, `${JSON.stringify({ cursor, ...node })}\n`)
    hash = node.hash
    count++
  }
  if (!page.pageInfo.hasPreviousPage) break
  before = page.pageInfo.startCursor
}
console.log(`Mirrored ${count} entries.`)
