/** Brings a configuration file into an installation, as an operator does. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { FileDocument } from '#server/as-code/document.ts'
import { formatYaml } from '#server/as-code/format.ts'
import type { TestAdmin } from '#test/helpers/admin.ts'
import { executeHere } from '#test/helpers/execution.ts'
import { folderInTest } from '#test/helpers/in-file.ts'

/** A mutation of an administrator that must succeed. */
export async function succeed(admin: TestAdmin, name: string, input: object): Promise<void> {
  const isOfAnchor = /^update(TrustAnchor|FederationPolicy)$/.test(name)
  const result = await admin.mutate(name, input, isOfAnchor ? 'entityId' : 'id', 'admin')
  expect(result.__typename, JSON.stringify(result)).toMatch(/Success$/)
}

/** Runs `inmor plan` or `inmor apply` with the file, at the API of the server. */
async function run(admin: TestAdmin, verb: 'plan' | 'apply', document: FileDocument) {
  const file = join(await folderInTest('inmor-apply'), 'main.yaml')
  await writeFile(file, formatYaml(document))
  const environment = { INMOR_URL: admin.adminUrl, INMOR_KEY: admin.keys.admin }
  return executeHere([verb, file], environment, '')
}

/** The file must apply, and then have nothing to do. */
export async function apply(admin: TestAdmin, document: FileDocument): Promise<void> {
  const applied = await run(admin, 'apply', document)
  expect(applied.code, applied.stdout + applied.stderr).toBe(0)
  await admin.server.publisher.flush()
  const planned = await run(admin, 'plan', document)
  expect(planned.code, planned.stdout + planned.stderr).toBe(0)
}
