/**
 * Exports all members as JSON Lines. The file is replaced only when the export is complete. The key needs the role
 * viewer. Run it each night:
 *
 *     node export-members.ts members.jsonl
 */
import { open, rename } from 'node:fs/promises'
import { Inmor, RequestError } from './inmor.ts'
import { Members } from './operations.ts'

const ATTEMPTS = 3
const [file = ''] = process.argv.slice(2)
const inmor = Inmor.from(process.env)

for (let attempt = 1; ; attempt++) {
  try {
    console.log(`Exported ${await exportMembers()} members.`)
    break
  } catch (error) {
    // The member at the end of a page was removed before the next page.
    const hasMoved = error instanceof RequestError && error.code === 'BAD_USER_INPUT'
    if (!hasMoved || attempt === ATTEMPTS) throw error
    console.log('The list has changed. Starting again.')
  }
}

async function exportMembers(): Promise<number> {
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
  return count
}
