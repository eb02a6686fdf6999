/** Builds a federation of real HTTP servers on loopback by chaining: `anchor().intermediate().leaf().start()`. */
import { type EntityOptions, relyingParty, startEntity, type TestEntity } from './entity.ts'

export type Federation = {
  /** From the top down. */
  entities: TestEntity[]
  /** The top entity: the Trust Anchor, unless the federation is below another one. */
  top: TestEntity
  /** The lowest. */
  leaf: TestEntity
  close(): Promise<void>
}

export type FederationBuilder = {
  intermediate(options?: EntityOptions): FederationBuilder
  leaf(options?: EntityOptions): FederationBuilder
  start(): Promise<Federation>
}

/** A federation with its own Trust Anchor. */
export function anchor(options: EntityOptions = {}): FederationBuilder {
  return builder([options])
}

/** A federation below an external entity, such as the server under test. */
export function below(superior: string): FederationBuilder {
  return builder([], superior)
}

function builder(levels: readonly EntityOptions[], superior?: string): FederationBuilder {
  return {
    intermediate: (options = {}) => builder([...levels, options], superior),
    leaf: (options = {}) => builder([...levels, { metadata: relyingParty, ...options }], superior),
    start: () => start(levels, superior),
  }
}

async function start(levels: readonly EntityOptions[], superior?: string): Promise<Federation> {
  const entities: TestEntity[] = []
  for (const options of levels) {
    const above = entities.at(-1)
    const hint = above?.id ?? superior
    const entity = await startEntity(hint === undefined ? options : { authorityHints: [hint], ...options })
    above?.adopt(entity)
    entities.push(entity)
  }
  const top = entities[0]
  const leaf = entities.at(-1)
  if (!top || !leaf) throw new Error('a federation needs at least one entity')
  return {
    entities,
    top,
    leaf,
    close: async () => void (await Promise.all(entities.map((entity) => entity.close()))),
  }
}
