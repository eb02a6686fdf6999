/** Tests what a crawl passes on about entities below Intermediates, and from whom it asks for it. */
import { beforeEach, expect, test } from 'vitest'
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { type EntityOptions, relyingParty, startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { inTest } from '#test/helpers/in-file.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'

const ta = trustAnchorInFile({ limits: { totalTimeout: 500 } })
beforeEach(async () => {
  await ta.redis.client.flushall()
  await ta.announce({ kind: 'all' })
  await ta.publishConfiguration({})
})

const start = (options: EntityOptions = {}) => inTest(startEntity({ metadata: relyingParty, ...options }))

/** An Intermediate, whether or not it has subordinates yet. */
async function member(): Promise<TestEntity> {
  const metadata = { federation_entity: { organization_name: 'Middle' } }
  const entity = await start({ metadata, authorityHints: [entityId] })
  await ta.publishSubordinate({ id: entity.id, keys: entity.keys })
  return entity
}

async function crawl() {
  const entities: string[] = []
  const statements: [superior: string, subject: string, result: string][] = []
  const describe = (result: EntityStatement | FederationError) =>
    result instanceof FederationError ? result.message : result.claims.sub
  const report = await ta.crawl({
    recorder: {
      entity: async ({ claims }) => void entities.push(claims.sub),
      statement: async (superior, subject, result) =>
        void statements.push([superior, subject, describe(result)]),
    },
  })
  return { report, entities, statements: statements.sort() }
}

const fetches = ({ requests }: TestEntity) => requests.filter((path) => path.startsWith('/fetch'))

test('passes on each entity below an Intermediate with its statements, and none of a member', async () => {
  const [left, right] = [await member(), await member()]
  const own = await start({ authorityHints: [left.id] })
  const shared = await start({ authorityHints: [left.id, right.id] })
  for (const entity of [own, shared]) left.adopt(entity)
  right.adopt(shared)
  const { report, entities, statements } = await crawl()
  expect(report).toMatchObject({ entities: 4, failed: 0 })
  expect(entities.sort()).toEqual([own.id, shared.id].sort())
  const pairs = [
    [left.id, own.id],
    [left.id, shared.id],
    [right.id, shared.id],
  ]
  expect(statements).toEqual(
    pairs.map(([superior = '', subject = '']) => [superior, subject, subject]).sort(),
  )
})

test('asks at most four Intermediates about an entity, and only those that it names', async () => {
  const superiors: TestEntity[] = []
  for (let count = 0; count < 7; count++) superiors.push(await member())
  const [unnamed, ...named] = superiors
  const entity = await start({ authorityHints: named.map(({ id }) => id) })
  for (const superior of superiors) superior.adopt(entity)
  const { statements } = await crawl()
  expect(statements).toHaveLength(4)
  expect(unnamed && fetches(unnamed)).toEqual([])
})

test('passes on why a statement is refused, and nothing when the Intermediate does not respond', async () => {
  const [top, other] = [await member(), await start()]
  const foreign = await start({ authorityHints: [top.id] })
  top.adopt({ ...foreign, keys: other.keys })
  const { report, statements } = await crawl()
  expect(report).toMatchObject({ entities: 2, failed: 0 })
  expect(statements).toEqual([[top.id, foreign.id, expect.stringMatching(/key|signature/i)]])

  const silent = await member()
  const below = await start({ authorityHints: [silent.id] })
  silent.adopt(below)
  const closed = 'http://127.0.0.1:1/fetch'
  silent.options.metadata = { federation_entity: { federation_fetch_endpoint: closed } }
  const again = await crawl()
  expect(again.entities).toContain(below.id)
  expect(again.statements.map(([, subject]) => subject)).toEqual([foreign.id])
})

test('without a recorder fetches no statements', async () => {
  const top = await member()
  top.adopt(await start({ authorityHints: [top.id] }))
  expect(await ta.crawl()).toMatchObject({ entities: 2, failed: 0 })
  expect(fetches(top)).toEqual([])
})
