/** Tests a graceful shutdown of the admin server during a change: it completes the change first. */
import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Deployment, startDeployment } from '#test/helpers/deployment.ts'
import { freePort } from '#test/helpers/port.ts'

let deployment: Deployment
beforeAll(async () => {
  deployment = await startDeployment({ admins: 1, workers: 0 })
})
afterAll(() => deployment?.close())

test('finishes pending requests, closes idle connections, and exits with 0', async () => {
  const [admin] = deployment.admins
  if (!admin) throw new Error('there is one')
  const { program, url } = admin
  // The entity is asked while the registration is under way; the signal comes in between.
  const port = await freePort()
  const entity = createServer(async (_request, response) => {
    program.kill('SIGTERM')
    await program.printed(/closing/)
    response.writeHead(404).end()
  }).listen(port, '127.0.0.1')
  const query = `mutation { registerSubordinate(input: { entityId: "http://127.0.0.1:${port}" }) {
    __typename ... on Error { code } } }`
  // This client keeps its connections alive.
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': deployment.apiKey },
    body: JSON.stringify({ query }),
  })
  const { data } = await response.json()
  expect(data.registerSubordinate.code).toBe('ENTITY_REJECTED')
  expect(await program.ended).toEqual({ code: 0, signal: null })
  entity.closeAllConnections()
  entity.close()
})
