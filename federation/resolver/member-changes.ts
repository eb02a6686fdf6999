/** Tells the admin side that a subordinate publishes something else than what is stored, once for each content. */
import { hash } from 'node:crypto'
import { decodeJwt } from 'jose'
import { LRUCache } from 'lru-cache'
import type { EntityId } from '#core/entity-id.ts'
import { type EntityStatement, withoutTimes } from '#core/entity-statement/index.ts'
import type { Questions } from '#store/questions.ts'
import type { Reader } from '#store/reader.ts'

/** Subordinates that are remembered. One that is forgotten is reported again. */
const MAX_TOLD = 10_000

/** Takes the verified Entity Configuration of any entity. @throws FederationError `temporarily_unavailable` */
export type MemberChanges = (configuration: EntityStatement) => Promise<void>

type Stores = { reader: Pick<Reader, 'subordinateConfiguration'>; questions: Pick<Questions, 'ask'> }

export function createMemberChanges({ reader, questions }: Stores): MemberChanges {
  const told = new LRUCache<EntityId, string>({ max: MAX_TOLD })
  return async ({ jwt, claims }) => {
    const { sub: entityId } = claims
    const stored = await reader.subordinateConfiguration(entityId)
    if (!stored || stored.jwt === jwt) return
    const content = describe(jwt)
    if (content === told.get(entityId) || content === describe(stored.jwt)) return
    const question = { endpoint: 'resolve', wants: 'examination', entityId, trustMarkType: null } as const
    if (await questions.ask(question, null)) told.set(entityId, content)
  }
}

const describe = (jwt: string) => hash('sha256', JSON.stringify(withoutTimes(decodeJwt(jwt))), 'base64url')
