/** Makes organizations, their people and their requests, for calls of mutations. */
import type { TestAdmin } from '#test/helpers/admin.ts'
import { relyingParty } from '#test/helpers/entity.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { startLeaf } from '#test/helpers/subordinate.ts'

type Made = { id: string }
type Make = (name: string, input: object) => Promise<Made>

export const makeUniversity = (make: Make) => make('createOrganization', { name: 'University' })

export function createMemberMakers(admin: () => TestAdmin, make: Make) {
  const uniqueAddress = () => `${crypto.randomUUID()}@lu.example`

  return {
    async makePerson(): Promise<{ organizationId: string; userId: string }> {
      const { id: organizationId } = await makeUniversity(make)
      const input = { organizationId, email: uniqueAddress() }
      return { organizationId, userId: (await make('invitePerson', input)).id }
    },

    /** A request of another person. */
    async askedFor(): Promise<Made> {
      const { id: organizationId } = await makeUniversity(make)
      const member = await signInAsMember(admin(), { organizationId, email: uniqueAddress() })
      const { id: entityId } = await startLeaf(admin(), { metadata: relyingParty })
      return member.mutate('submitRequest', { organizationId, kind: 'REGISTER', entityId }, 'id')
    },

    /** Of an organization for which the administrator acts. */
    async submission(): Promise<object> {
      const { id: organizationId } = await makeUniversity(make)
      await make('invitePerson', { organizationId, email: 'admin@users.invalid' })
      const { id: entityId } = await startLeaf(admin(), { metadata: relyingParty })
      return { organizationId, kind: 'REGISTER', entityId, anchor: 'main' }
    },
  }
}

/** An e-mail that was given up. */
export async function makeFailedMail({ server }: TestAdmin): Promise<string> {
  const at = new Date()
  const common = {
    event: 'INVITATION',
    recipient: 'anna@lu.example',
    createdAt: at,
    nextAt: at,
    giveUpAt: at,
  }
  const { id } = await server.installation.mail.create({
    data: { ...common, state: 'FAILED', body: 'encrypted', endedAt: at, lastError: 'no' },
  })
  return Buffer.from(`Mail:${id}`).toString('base64')
}
