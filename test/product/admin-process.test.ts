/**
 * Tests the admin server as a process: the request id of a proxy appears in the log, the audit log, the run and its
 * worker, and a graceful shutdown during a change completes the change first.
 */
import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { startDeployment } from '#test/helpers/deployment.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { freePort } from '#test/helpers/port.ts'
import { eventually } from '#test/helpers/product.ts'
import type { Program } from '#test/helpers/program.ts'

const environment = { TRUST_PROXY: '127.0.0.1', LOG_LEVEL: 'info' }
const deployment = inFile(() => startDeployment({ admins: 1, workers: 1 }, { environment }))

async function ask(query: string, requestId: string) {
  const response = await fetch(`${deployment.admins[0]?.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-api-key': deployment.apiKey,
      'x-request-id': requestId,
    },
    body: JSON.stringify({ query }),
  })
  return { told: response.headers.get('x-request-id'), body: await response.json() }
}

/** What a program has logged. Its lines arrive after its answers. */
const entries = (program: Program | undefined): unknown[] =>
  (program?.stdout() ?? '')
    .split('\n')
    .slice(0, -1) // the rest of a line may follow
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))

test('appears in the answer, the audit log, the run and the log of its worker', async () => {
  const type = 'https://ta.example.org/marks/member'
  await ask(`mutation { createTrustMarkType(input: { type: "${type}" }) { __typename } }`, 'proxy-0001')
  const holder = 'https://holder.example.org'
  const issue = `issueTrustMark(input: { trustMarkType: "${type}", entityId: "${holder}" })`
  await ask(`mutation { ${issue} { __typename } }`, 'proxy-0002')
  const { told } = await ask('mutation { reissueTrustMarks(input: {}) { __typename } }', 'proxy-0003')
  expect(told).toBe('proxy-0003')
  const { db, workers } = deployment
  await eventually(async () => {
    const run = await db.run.findFirst({ where: { kind: 'REISSUE_TRUST_MARKS', state: 'SUCCEEDED' } })
    expect(run?.requestId).toBe('proxy-0003')
  })
  const events = await db.auditEvent.findMany({ where: { requestId: 'proxy-0003' }, orderBy: { id: 'asc' } })
  expect(events.map(({ resourceType }) => resourceType)).toEqual(['Run', 'TrustMark'])
  const taken = { requestId: 'proxy-0003', msg: 'a run was taken up', runId: expect.any(Number) }
  await eventually(() => expect(entries(workers[0])).toContainEqual(expect.objectContaining(taken)))
})

test('identifies an unexpected failure in the answer and in the log', async () => {
  const { db, admins } = deployment
  await db.$executeRaw`ALTER TABLE "TrustMark" RENAME TO "Elsewhere"`
  try {
    const { body } = await ask('{ trustMarks { edges { node { id } } } }', 'proxy-0004')
    expect(body.errors[0].extensions).toEqual({ code: 'INTERNAL', reference: 'proxy-0004' })
  } finally {
    await db.$executeRaw`ALTER TABLE "Elsewhere" RENAME TO "TrustMark"`
  }
  const failure = { requestId: 'proxy-0004', msg: 'unexpected error' }
  await eventually(() => expect(entries(admins[0]?.program)).toContainEqual(expect.objectContaining(failure)))
})

// Keep this test last: it ends the server.
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
