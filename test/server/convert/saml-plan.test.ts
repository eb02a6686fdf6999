/** Tests that converted SAML metadata is a configuration file: it is planned and applied, and then there is nothing to do. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { folderInTest } from '#test/helpers/in-file.ts'
import { CERTIFICATION, groupXml, type TestEntity } from '#test/helpers/saml-metadata.ts'
import { runFor } from '../../product/command.ts'

const admin = adminInFile()

const entity = (name: string): TestEntity => ({
  entityId: `https://${name}.example.org`,
  registrar: 'http://www.swamid.se/',
  organization: { name, displayName: `${name}: # "x"`, url: 'https://www.example.org' },
  attributes: { [CERTIFICATION]: ['https://refeds.org/sirtfi'] },
  contacts: [
    { type: 'technical', email: 'mailto:admin@example.org', name: 'Ann' },
    { type: 'administrative', email: 'b@example.org' },
  ],
})

test('is planned, and its organizations and types are applied', async () => {
  const folder = await folderInTest('inmor-saml')
  const [metadata, output] = [join(folder, 'edu.xml'), join(folder, 'out')]
  await writeFile(metadata, groupXml([entity('a'), entity('b'), { entityId: 'urn:skipped' }]))
  const run = (...args: string[]) => runFor(admin, args)
  expect(await run('convert', 'saml', metadata, '--unsigned', '-o', output)).toMatchObject({
    code: 0,
    stderr: '',
  })
  const plan = await run('plan', output, '--json')
  expect(plan).toMatchObject({ code: 2, stderr: '' })
  expect(JSON.parse(plan.stdout)).toMatchObject({ created: 5, changed: 0, removed: 0, faults: [] })

  const files = ['organizations.yaml', 'trust-mark-types.yaml'].map((name) => join(output, name))
  const applied = await run('apply', ...files)
  expect(applied.code, applied.stdout + applied.stderr).toBe(0)
  expect(await run('plan', ...files)).toMatchObject({ code: 0, stderr: '' })
  const { db } = admin.server.anchors.first
  expect(await db.organization.findMany({ orderBy: { name: 'asc' } })).toMatchObject([
    { name: 'a: # "x"', identifier: 'a', country: 'SE', tags: ['saml-idp'], note: 'https://www.example.org' },
    { name: 'b: # "x"' },
  ])
  expect(await db.trustMarkType.findMany()).toMatchObject([
    { type: 'https://refeds.org/sirtfi', active: false },
  ])
})
