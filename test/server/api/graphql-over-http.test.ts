/** The audit of the GraphQL over HTTP specification, with an API key: some of it reads the schema. */
import { serverAudits } from 'graphql-http'
import { expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'

const admin = adminInFile()

const audits = serverAudits({
  url: () => `${admin.adminUrl}/graphql`,
  fetchFn: (url: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers)
    headers.set('x-api-key', admin.keys.viewer)
    return fetch(url, { ...init, headers })
  },
})

it('has every audit of the library', () => expect(audits.length).toBeGreaterThan(60))

it.each(audits.map((audit) => [audit.name, audit] as const))('%s', async (_name, audit) => {
  const result = await audit.fn()
  expect(result).not.toHaveProperty('reason')
  expect(result.status).toBe('ok')
})
