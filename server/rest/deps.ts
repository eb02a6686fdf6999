/** What the REST routes share: their dependencies, their schemas and their pages. */
import type { SwaggerTransform } from '@fastify/swagger'
import type { FastifyContextConfig, FastifyInstance, FastifySchema, FastifyTypeProvider } from 'fastify'
import { z } from 'zod'
import type { Anchors } from '#server/anchors/anchors.ts'
import type { Doors } from '#server/auth/caller-of.ts'
import { leastRole } from '#server/identity/roles.ts'

/** The dependencies of the REST routes. */
export type RestDeps = Doors & { anchors: Anchors; version: string }

export type RestApp = ReturnType<typeof useZod>

interface ZodProvider extends FastifyTypeProvider {
  validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown
  serializer: this['schema'] extends z.ZodType ? z.input<this['schema']> : unknown
}

/** A request that does not match its schema; Fastify answers 400 with the message. */
class UnfitRequestError extends Error {
  readonly statusCode = 400
}

/** Uses the Zod schemas of a route to validate requests, type handlers and generate OpenAPI. */
export function useZod(app: FastifyInstance) {
  app.setValidatorCompiler<z.ZodType>(({ schema, httpPart }) => (data) => {
    const parsed = schema.safeParse(data)
    if (parsed.success) return { value: parsed.data }
    const faults = parsed.error.issues.map(({ path, message }) => {
      const place = path.length > 0 ? path.join('.') : `the ${httpPart === 'body' ? 'JSON body' : httpPart}`
      return `${place}: ${message}`
    })
    return { error: new UnfitRequestError(`${faults.join('. ')}.`) }
  })
  // Types check handlers against the response schema, and a test checks responses against the document.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  return app.withTypeProvider<ZodProvider>()
}

/** Zod schemas as JSON Schema, part by part, with the role that the route needs. */
export const describeRoute: SwaggerTransform = ({ schema, url, route }) => {
  const { response, ...rest }: FastifySchema = schema ?? {}
  const parts = Object.entries(rest).map(([name, part]) => [name, describe(part, 'input')])
  const answers = Object.entries(response ?? {}).map(([status, part]) => [status, describe(part, 'output')])
  return {
    schema: {
      ...describeAccess(route.config),
      ...Object.fromEntries(parts),
      ...(response ? { response: Object.fromEntries(answers) } : {}),
    },
    url,
  }
}

/** The least role, in words and as OpenAPI 3.1 has it: a security requirement of an API key names roles. */
function describeAccess({ scope }: FastifyContextConfig = {}): FastifySchema {
  if (scope === undefined || scope === 'public') return {}
  const role = leastRole(scope)
  return { description: `Needs the role ${role}.`, security: [{ apiKey: [role] }] }
}

/** Leaves everything that is not a schema unchanged, such as tags and summaries. */
function describe(part: unknown, io: 'input' | 'output'): unknown {
  if (!(part instanceof z.ZodType)) return part
  const { $schema, ...schema } = z.toJSONSchema(part, { io, target: 'draft-2020-12' })
  return schema
}

const MAXIMUM = 1000

/** Paginates lists by `limit` and `offset`, as `{count, items}`. */
export const Page = z.object({
  limit: z.coerce.number().int().min(1).max(MAXIMUM).default(100).describe('The maximum number of items.'),
  offset: z.coerce
    .number()
    .int()
    .min(0)
    .max(2_147_483_647)
    .default(0)
    .describe('The number of items to skip.'),
})

export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ count: z.int().describe('The total number of items.'), items: z.array(item) })
}

/** The id in the path. */
export const ById = z.object({
  id: z.coerce.number().int().min(1).max(2_147_483_647).describe('The id of the object.'),
})

/** The page as arguments of Prisma. */
export function slice({ limit, offset }: z.output<typeof Page>) {
  return { take: limit, skip: offset }
}
