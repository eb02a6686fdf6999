/** Metadata that the tests of `inmor convert saml` convert, and the command. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { folderInFile } from '#test/helpers/in-file.ts'
import { type Answer, inmor } from '#test/helpers/product.ts'
import { CATEGORY, CERTIFICATION, groupXml, type TestEntity } from '#test/helpers/saml-metadata.ts'

export const SWAMID = 'http://www.swamid.se/'
export const SIRTFI = 'https://refeds.org/sirtfi'
export const umea = { name: 'umu', displayName: 'Umeå University', url: 'https://www.umu.se/' }
export const idp: TestEntity = {
  entityId: 'https://idp.umu.se/idp',
  registrar: SWAMID,
  organization: umea,
  displayName: 'Umeå sign-in',
  attributes: { [CATEGORY]: ['http://refeds.org/category/hide-from-discovery'], [CERTIFICATION]: [SIRTFI] },
  contacts: [
    { type: 'technical', email: 'mailto:Admin@umu.se', name: 'Ann' },
    { type: 'support', email: 'mailto:help@umu.se' },
    { type: 'other', email: 'cert@umu.se', isSecurity: true },
    { type: 'other', email: 'other@umu.se' },
    { type: 'technical', email: 'not an address' },
  ],
}
export const sp: TestEntity = {
  entityId: 'https://sp.umu.se',
  role: 'sp',
  registrar: SWAMID,
  organization: umea,
  attributes: { [CATEGORY]: ['https://example.org/other'] },
  contacts: [{ type: 'technical', email: 'admin@umu.se', name: 'Bo' }],
}
export const old: TestEntity = { entityId: 'urn:mace:old', registrar: SWAMID, organization: { name: 'Old' } }
export const all = [sp, idp, old]

export const runSaml = (args: readonly string[]): Promise<Answer> =>
  inmor({ environment: {} }, ['convert', 'saml', ...args])

/** Of a test file. */
export function samlInFile() {
  const folder = folderInFile('inmor-saml')
  let files = 0

  /** Writes metadata and converts it. */
  async function convert(entities: readonly (TestEntity | string)[], ...args: string[]): Promise<Answer> {
    const file = join(folder, `${files++}.xml`)
    await writeFile(file, groupXml(entities))
    return runSaml([file, '--unsigned', ...args])
  }

  async function report(entities: readonly (TestEntity | string)[], ...args: string[]) {
    const { code, stdout, stderr } = await convert(entities, ...args, '--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return JSON.parse(stdout)
  }

  /** A mapping table in a file. */
  async function mapped(text: string): Promise<string> {
    const file = join(folder, `${files++}.yaml`)
    await writeFile(file, text)
    return `--mapping=${file}`
  }

  return { folder, convert, report, mapped }
}
