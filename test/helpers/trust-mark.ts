/** Creates Trust Marks by mutation at an admin server under test, and reads them at the public endpoints. */
import { signJwt } from '#core/jws.ts'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { buildDelegation, TRUST_MARK_DELEGATION_TYP } from '#core/trust-mark/index.ts'
import type { TestAdmin } from '#test/helpers/admin.ts'
import { verifiedByAnchor } from '#test/helpers/subordinate.ts'

export const subject = 'https://rp.example.org'
export const owner = 'https://owner.example.org'

const MARK = 'id version state revocationReason validFor renewalTime autorenew mark { jwt }'

export function trustMarksOf(admin: () => TestAdmin) {
  /** A new type for each test. */
  async function createType(input: object = {}): Promise<{ id: string; type: string }> {
    const type = `https://ta.example.org/marks/${crypto.randomUUID()}`
    const { id } = await admin().mutate('createTrustMarkType', { type, ...input }, 'id')
    return { id, type }
  }

  /** A new type whose owner delegates to this anchor; `delegate` may change the claims, or sign them with another key. */
  async function createOwnedType() {
    const key = await generateSigningKey('ES256')
    const { id, type } = await createType({ owner: { sub: owner, jwks: { keys: [toPublicJwk(key)] } } })
    const delegate = (changes: object = {}, by = key) => {
      const iat = Math.floor(Date.now() / 1000)
      const claims = buildDelegation({ owner, issuer: admin().entityId, type, iat })
      return signJwt({ ...claims, ...changes }, { key: by, typ: TRUST_MARK_DELEGATION_TYP })
    }
    return { id, type, key, delegate }
  }

  const issueOf = (trustMarkType: string, input: object = {}) =>
    admin().mutate('issueTrustMark', { trustMarkType, entityId: subject, ...input }, MARK)

  return {
    createType,
    createOwnedType,
    issueOf,

    async issue(input: object = {}) {
      const { type } = await createType()
      const { id, version, mark } = await issueOf(type, input)
      return { type, id, version, jwt: mark.jwt as string }
    },

    change: (name: 'renew' | 'update' | 'revoke', id: string, input: object = {}) =>
      admin().mutate(`${name}TrustMark`, { id, ...input }, MARK),

    serve: (type: string) => admin().get('/trust_mark', { trust_mark_type: type, sub: subject }),

    holders: async (type: string) =>
      (await admin().get('/trust_mark_list', { trust_mark_type: type })).json(),

    /** The status of one JWT, signed by its issuer; the HTTP status when there is none. */
    async statusOf(jwt: string): Promise<unknown> {
      const body = new URLSearchParams({ trust_mark: jwt })
      const response = await fetch(`${admin().entityId}/trust_mark_status`, { method: 'POST', body })
      if (!response.ok) return response.status
      const { status } = await verifiedByAnchor(
        admin(),
        await response.text(),
        'trust-mark-status-response+jwt',
      )
      return status
    },
  }
}
