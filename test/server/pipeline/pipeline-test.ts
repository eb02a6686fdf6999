/** An admin server with a member, who asks for entities while operators compose pipelines. */
import { expect } from 'vitest'
import type { Metadata } from '#core/metadata.ts'
import { startAdmin } from '#test/helpers/admin.ts'
import { relyingParty } from '#test/helpers/entity.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { startLeaf } from '#test/helpers/subordinate.ts'

export const MARK = 'https://marks.example.org/research'
export const WANTED = 'https://marks.example.org/wanted'
export const RP = 'openid_relying_party'
export const ORGANIZATION = 'Lunds universitet'

const CHECK = 'name status message advice terms termsHash'
export const REQUEST = `id state checks { ${CHECK} } approvalChecks { ${CHECK} } steps { action actor { username } byMember text }`

export async function startPipelineTest() {
  const admin = await startAdmin()
  const organization = { name: ORGANIZATION, tags: ['Pilot'] }
  const { id: organizationId } = await admin.mutate('createOrganization', organization, 'id')
  for (const type of [MARK, WANTED]) await admin.mutate('createTrustMarkType', { type }, 'id')
  const anna = await signInAsMember(admin, { organizationId, email: 'anna@lu.example' })

  async function compose(input: object): Promise<void> {
    const made = await admin.mutate('updateCheckPipeline', input, 'id', 'admin')
    expect(made.message).toBeUndefined()
  }

  return {
    close: admin.close,
    admin,
    organizationId,
    compose,

    /** A pipeline of one check for Relying Parties. */
    composeOne: (check: object, further: object = {}) =>
      compose({ entityType: RP, checks: [check], ...further }),

    /** The request, or the failure with its checks. */
    async submit(input: object) {
      const { data, errors } = await anna.execute(
        `mutation ($input: SubmitRequestInput!) { submitRequest(input: $input) {
          ... on Error { code message } ... on EntityRejectedError { checks { ${CHECK} } }
          ... on SubmitRequestSuccess { request { ${REQUEST} } } } }`,
        { input: { organizationId, kind: 'REGISTER', ...input } },
      )
      expect(errors).toBeUndefined()
      const { request, ...failure } = data.submitRequest
      return request ?? failure
    },

    leaf: (parameters: object = {}, other: Metadata = {}) =>
      startLeaf(admin, { metadata: { [RP]: { ...relyingParty[RP], ...parameters }, ...other } }),

    withdrawRequests: () => admin.server.db.request.deleteMany(),

    /** Removes what a test left. */
    async clear(): Promise<void> {
      await admin.server.db.checkPipeline.deleteMany()
      await admin.server.db.request.deleteMany()
      await admin.server.db.rateLimit.deleteMany()
    },
  }
}

export function found({ checks }: { checks: { name: string }[] }, name: string) {
  return checks.find((check) => check.name === name)
}
