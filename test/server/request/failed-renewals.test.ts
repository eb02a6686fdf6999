/** Tests the filter of Trust Marks by their last renewal. */
import { expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'

const admin = adminInFile()

const at = (hours: number) => new Date(Date.now() + hours * 3_600_000)

it('finds Trust Marks by a failed last renewal, except revoked ones', async () => {
  const type = await admin.server.db.trustMarkType.create({
    data: { type: 'https://ta.example.org/failing' },
  })
  const mark = {
    trustMarkTypeId: type.id,
    ...{ autorenew: true, validFor: 1, renewalTime: 0, jwt: 'a.b.c', kid: 'k', issuedAt: at(-2) },
  }
  const failingSince = at(-1)
  await admin.server.db.trustMark.createMany({
    data: [
      { ...mark, entityId: 'https://well.example.org', expiresAt: at(1) },
      { ...mark, entityId: 'https://failing.example.org', expiresAt: at(1), failingSince },
      { ...mark, entityId: 'https://expired.example.org', expiresAt: at(-1), failingSince },
      { ...mark, entityId: 'https://revoked.example.org', expiresAt: at(1), failingSince, active: false },
    ],
  })
  const document = `query ($filter: TrustMarkFilter) { trustMarks(filter: $filter) {
    totalCount edges { node { entityId } } } }`
  const found = async (filter: object) => {
    const { data } = await admin.execute(document, { filter: { trustMarkType: type.type, ...filter } })
    const names: string[] = data.trustMarks.edges.map(({ node }: { node: { entityId: string } }) =>
      new URL(node.entityId).hostname.replace('.example.org', ''),
    )
    expect(data.trustMarks.totalCount).toBe(names.length)
    return names
  }
  expect(await found({ renewalFailed: true })).toEqual(['expired', 'failing'])
  expect(await found({ renewalFailed: true, state: 'ACTIVE' })).toEqual(['failing'])
  expect(await found({ renewalFailed: false })).toEqual(['revoked', 'well'])
})
