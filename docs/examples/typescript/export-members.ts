/**
 * Exports all members as JSON Lines. The file is replaced only when the export is complete. The key needs the role
 * viewer. Run it each night:
 *
 *     node export-members.ts members.jsonl
 */
import { open, rename } from 'node:fs/promises'
import { Inmor } from './inmor.ts'
import { Members } from './operations.ts'
import './script.ts'

const [file = ''] = process.argv.slice(2)
const inmor = Inmor.from(process.env)

const part = await open(`${file}.part`, 'w')
let count = 0
try {
  for await (const member of inmor.pages(Members, {})) {
    await part.write(`${JSON.stringify(member)}\n`)
    count++
  }
  await part.sync()
} finally {
  await part.close()
}
await rename(`${file}.part`, file)
console.log(`Exported ${count} members.`)
