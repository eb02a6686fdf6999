/** Uses the Zod schemas of a route to validate requests, type handlers and generate OpenAPI. */
import type { SwaggerTransform } from '@fastify/swagger'
import type { FastifyContextConfig, FastifyInstance, FastifySchema, FastifyTypeProvider } from 'fastify'
import { z } from 'zod'
import { leastRole } from '#server/identity/roles.ts'

export interface ZodProvider extends FastifyTypeProvider {
  validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown
  serializer: this['schema'] extends z.ZodType ? z.input<this['schema']> : unknown
}

/** A request that does not match its schema; Fastify answers 400 with the message. */
class UnfitRequestError extends Error {
  readonly statusCode = 400
}

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
