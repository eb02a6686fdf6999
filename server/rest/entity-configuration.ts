/** `/api/v1/subordinates/fetch-config`: fetches an Entity Configuration and verifies it with its own keys (§9). */
import { z } from 'zod'
import { anchorOf } from '#server/rest/access.ts'
import type { RestApp } from '#server/rest/deps.ts'
import { failures } from '#server/rest/error.ts'
import type { EntityCheckName } from '#server/services/entity/checks.ts'
import { EntityRejectedError } from '#server/services/entity/checks.ts'

/** The checks of the Entity Configuration itself; registration requires more. */
const essential: readonly EntityCheckName[] = ['REACHABLE', 'STATEMENT', 'IDENTITY', 'TIMES', 'SIGNATURE']

const object = z.record(z.string(), z.unknown())

const Output = z.object({
  metadata: object.describe('Its metadata by Entity Type.'),
  jwks: object.describe('Its Federation Entity Keys.'),
  authority_hints: z.array(z.string()).nullable().describe('The Entity Identifiers of its superiors.'),
  trust_marks: z.array(z.unknown()).nullable().describe('The Trust Marks it contains.'),
})

export function entityConfigurationRoute(app: RestApp, tags: string[]): void {
  app.post(
    '/subordinates/fetch-config',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Fetches and verifies an Entity Configuration, without changing anything',
        body: z.object({ url: z.string().min(1).describe('The Entity Identifier.') }),
        response: { 200: Output.describe('The verified content.'), ...failures },
      },
    },
    async (request) => {
      const { services } = anchorOf(request)
      const { statement, checks } = await services.subordinates.inspect({ entityId: request.body.url })
      const faults = checks.filter(({ name, status }) => status === 'FAILED' && essential.includes(name))
      if (!statement || faults.length > 0) throw new EntityRejectedError(faults)
      const { metadata = {}, jwks, authority_hints = null, trust_marks = null } = statement.claims
      return { metadata: { ...metadata }, jwks: { ...jwks }, authority_hints, trust_marks }
    },
  )
}
