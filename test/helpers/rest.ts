/** Calls the REST API, and checks each answer against the server's OpenAPI document. */
import { z } from 'zod'
import type { Role } from '#server/identity/roles.ts'
import type { TestAdmin } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'

type Operation = {
  security: readonly Record<string, string[]>[]
  responses: Record<string, { content: { 'application/json': { schema: z.core.JSONSchema.JSONSchema } } }>
}
type OpenApi = { openapi: string; paths: Record<string, Record<string, Operation>> }

// biome-ignore lint/suspicious/noExplicitAny: the document defines the answer, and each answer is checked against it
type RestAnswer = { status: number; body: any }

export type RestClient = {
  document: OpenApi
  /** `as`: a role of `TestAdmin.keys`, or an API key; null sends none. */
  call(method: string, path: string, body?: unknown, as?: Role | { key: string } | null): Promise<RestAnswer>
}

/** Of the test file. */
export const restInFile = (admin: TestAdmin): RestClient => inFile(() => createRestClient(admin))

export async function createRestClient({ adminUrl, keys }: TestAdmin): Promise<RestClient> {
  const base = `${adminUrl}/api/v1`
  const document: OpenApi = await (await fetch(`${base}/openapi.json`)).json()
  return {
    document,
    async call(method, path, body, as = 'admin') {
      const response = await fetch(`${base}${path}`, {
        method,
        headers: {
          ...(as ? { 'x-api-key': typeof as === 'string' ? keys[as] : as.key } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const answer = { status: response.status, body: await response.json() }
      holdTo(document, method, path, answer)
      return answer
    },
  }
}

/** @throws when the answer does not match the document */
function holdTo(document: OpenApi, method: string, path: string, answer: RestAnswer): void {
  const [pathname = ''] = path.split('?')
  const templates = Object.keys(document.paths)
  // The document has the paths of the first anchor.
  const route = `/api/v1${pathname.replace(/^\/anchors\/[^/]+/, '')}`
  const template = templates.find((each) => each === route) ?? templates.find((each) => fits(each, route))
  const operation = template ? document.paths[template]?.[method.toLowerCase()] : undefined
  const response = operation?.responses[answer.status]
  if (!response) throw new Error(`The document has no answer ${answer.status} of ${method} ${route}`)
  z.fromJSONSchema(response.content['application/json'].schema).parse(answer.body)
}

function fits(template: string, route: string): boolean {
  return RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(route)
}
