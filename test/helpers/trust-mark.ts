/** Creates Trust Marks by mutation at an admin server under test, and reads them at the public endpoints. */
import type { TestAdmin } from '#test/helpers/admin.ts'
import { verifiedByAnchor } from '#test/helpers/subordinate.ts'

export const subject = 'https://rp.example.org'

const MARK = 'id version state revocationReason validFor renewalTime autorenew mark { jwt }'

export function trustMarksOf(admin: () => TestAdmin) {
  /** A new type for each test. */
  async function createType(input: object = {}): Promise<{ id: string; type: string }> {
    const type = `https://ta.example.org/marks/${crypto.randomUUID()}`
    const { id } = await admin().mutate('createTrustMarkType', { type, ...input }, 'id')
    return { id, type }
  }

  const issueOf = (trustMarkType: string, input: object = {}) =>
    admin().mutate('issueTrustMark', { trustMarkType, entityId: subject, ...input }, MARK)

  return {
    createType,
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
