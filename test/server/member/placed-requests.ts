/** Places requests as Anna, who acts for Lund, and reads them. */
import { afterEach } from 'vitest'
import type { TestAdmin } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'
import type { Visitor } from '#test/helpers/visitor.ts'

export const REQUEST = `id kind state entityId organizationName trustMarkType changes declared version decidedAt submittedBy { username }
  checks { name status } steps { action actor { username } byMember text }`

/** Of the test file. Requests are removed after each test. */
export function placedRequestsInFile(admin: TestAdmin) {
  const organization = inFile(() => admin.mutate('createOrganization', { name: 'Lund' }, 'id'))
  const other = inFile(() => admin.mutate('createOrganization', { name: 'Oslo' }, 'id'))
  const anna = inFile(() =>
    signInAsMember(admin, { organizationId: organization.id, email: 'anna@lu.example' }),
  )
  afterEach(async () => {
    await admin.server.db.request.deleteMany()
    await admin.server.db.rateLimit.deleteMany()
  })
  return {
    ...{ organization, other, anna },
    submit(input: object, visitor = anna) {
      const whole = { organizationId: organization.id, kind: 'REGISTER', ...input }
      return visitor.mutate('submitRequest', whole, REQUEST)
    },
    requestOf: async (visitor: Visitor, id: string) =>
      (await visitor.execute(`query ($id: ID!) { request(id: $id) { ${REQUEST} } }`, { id })).data.request,
    /** An entity of the organization of Anna. */
    async member() {
      const entity = await startLeaf(admin)
      await register(admin, entity, { organizationId: organization.id })
      return entity
    },
  }
}
