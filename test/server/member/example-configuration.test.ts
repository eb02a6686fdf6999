/** The example of an Entity Configuration in the portal, with keys in the place of its placeholders, can be registered. */
import { expect, it } from 'vitest'
import {
  configurationUrl,
  exampleClaims,
  exampleHeader,
  exampleTypes,
  KEY_PLACEHOLDER,
} from '#lib/portal/example-configuration.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()

it.each(exampleTypes)('of an %s', async (type) => {
  const entity = await startLeaf(admin)
  const claims = exampleClaims({
    entityId: entity.id,
    type,
    anchor: admin.entityId,
    organization: 'Lund',
    contacts: ['tech@lu.example'],
    now: new Date(),
  })
  expect(JSON.stringify(claims.jwks)).toContain(KEY_PLACEHOLDER)
  entity.options.configuration = { ...claims, jwks: entity.keys }
  expect(Object.keys((await published(entity.id)) ?? {}).toSorted()).toEqual(Object.keys(claims).toSorted())
  const { data } = await admin.execute(`{ inspectEntity(entityId: "${entity.id}") {
    acceptable checks { name status message } } }`)
  const { acceptable, checks } = data.inspectEntity
  expect(checks.filter(({ status }: { status: string }) => status === 'FAILED')).toEqual([])
  expect(acceptable).toBe(true)
  const registered = await admin.mutate('registerSubordinate', { entityId: entity.id }, 'state entityTypes')
  expect(registered).toMatchObject({ state: 'ACTIVE', entityTypes: ['federation_entity', type] })
})

/** The claims as published at the address that the example names, with its header. */
async function published(entityId: string): Promise<object> {
  const response = await fetch(configurationUrl(entityId))
  const [header = '', payload = ''] = (await response.text()).split('.')
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
  expect(read(header)).toMatchObject({ typ: exampleHeader.typ, alg: exampleHeader.alg })
  return read(payload)
}
