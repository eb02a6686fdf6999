/**
 * Lists the members that would stop resolving under a metadata policy, with the reasons. Nothing is changed. The key
 * needs the role viewer. Exits with 1 if there are any, so that a pipeline can stop.
 *
 *     node policy-preview.ts policy.json
 */
import { readFile } from 'node:fs/promises'
import { Inmor } from './inmor.ts'
import { PolicyPreview, type PolicyPreviewQuery } from './operations.ts'
import './script.ts'

const [file = ''] = process.argv.slice(2)
const policy: unknown = JSON.parse(await readFile(file, 'utf8'))
const inmor = Inmor.from(process.env)

let count = 0
for (let after: string | null = null, hasMore = true; hasMore; ) {
  const { previewMetadataPolicy: page }: PolicyPreviewQuery = await inmor.query(PolicyPreview, {
    policy,
    after,
  })
  for (const { entityId, before, findings } of page.affected) {
    if (before === null) continue // does not resolve under the present policy either
    console.log(`${entityId}: ${findings.join(' ')}`)
    count++
  }
  after = page.affected.at(-1)?.entityId ?? null
  hasMore = page.hasMore
}
console.log(`${count} members would stop resolving.`)
process.exitCode = count === 0 ? 0 : 1
