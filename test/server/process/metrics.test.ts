/** Tests the Prometheus metrics of the admin server, its publication and its runs. */
import { expect, it, vi } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { type Metrics, readMetrics } from '#test/helpers/metrics.ts'
import { patience } from '#test/helpers/patience.ts'
import { startRun } from '#test/helpers/run.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile({}, { metricsPort: 0 })

const read = () => readMetrics(admin.server.metricsUrl)
const eventually = (assertion: (metrics: Metrics) => void) =>
  vi.waitFor(async () => assertion(await read()), patience)

it('counts operations by fields of the schema, never by names that clients choose', async () => {
  await admin.execute('query Mine { mine: viewer { username } }')
  await admin.execute('query Mine { serverStatus { version } }', {}, null)
  await admin.execute('{ nonsense }')
  const { values } = await read()
  const name = 'inmor_graphql_operation_duration_seconds_count'
  expect(values(name, { type: 'query', operation: 'viewer' })).toEqual([1])
  expect(
    values('inmor_graphql_errors_total', { operation: 'serverStatus', code: 'UNAUTHENTICATED' }),
  ).toEqual([1])
  expect(values('inmor_graphql_errors_total', { operation: 'none' })).toEqual([1])
  expect([...values(name, { operation: 'Mine' }), ...values(name, { operation: 'mine' })]).toEqual([])
  expect(values(name, { operation: 'nonsense' })).toEqual([])
  expect(
    values('inmor_http_request_duration_seconds_count', { endpoint: '/graphql', method: 'POST' }),
  ).not.toEqual([])
})

it('counts expected failures of mutations, thrown or answered', async () => {
  await admin.mutate(
    'issueTrustMark',
    { trustMarkType: 'https://no.example/type', entityId: 'https://x.example' },
    'id',
  )
  await admin.execute('mutation { regenerateEntityConfiguration { __typename } }', {}, 'viewer')
  const { values } = await read()
  const errors = 'inmor_graphql_errors_total'
  expect(values(errors, { operation: 'issueTrustMark', code: 'NOT_FOUND' })).toEqual([1])
  expect(values(errors, { operation: 'regenerateEntityConfiguration', code: 'FORBIDDEN' })).toEqual([1])
})

it('counts sign-ins by their outcome', async () => {
  const signIn = (password: string) =>
    fetch(`${admin.adminUrl}/api/auth/sign-in/username`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: admin.adminUrl },
      body: JSON.stringify({ username: 'viewer', password }),
    })
  await signIn(PASSWORD)
  await signIn('wrong, whatever it is')
  const { values } = await read()
  expect(values('inmor_sign_ins_total', { method: 'password', outcome: 'succeeded' })).toEqual([1])
  expect(values('inmor_sign_ins_total', { method: 'password', outcome: 'failed' })).toEqual([1])
})

it('times publication, signatures and fetches of a registration, and the run that renews it', async () => {
  await register(admin, await startLeaf(admin))
  await eventually(({ values }) => {
    expect(values('inmor_publications_total', { topic: 'subordinate', outcome: 'succeeded' })).toEqual([1])
    expect(values('inmor_publication_lag_seconds_count')[0]).toBeGreaterThan(0)
    expect(values('inmor_sign_duration_seconds_count', { alg: 'ES256' })[0]).toBeGreaterThan(0)
    const fetched = { kind: 'entity_configuration', outcome: 'ok' }
    expect(values('inmor_fetch_duration_seconds_count', fetched)[0]).toBeGreaterThan(0)
  })
  await startRun(admin, 'startRenewal(input: { kind: SUBORDINATES })')
  await eventually(({ values }) => {
    expect(values('inmor_run_duration_seconds_count', { kind: 'SUBORDINATES', state: 'succeeded' })).toEqual([
      1,
    ])
    expect(values('inmor_run_items_total', { kind: 'SUBORDINATES', outcome: 'succeeded' })).toEqual([1])
  })
})

it('reports the state of the installation, its keys and its connections', async () => {
  await eventually(({ values }) => {
    expect(values('inmor_subordinates', { state: 'active' })).toEqual([1])
    expect(values('inmor_outbox_entries')).toEqual([0])
    expect(values('inmor_workers')).toEqual([1])
  })
  const { values } = await read()
  expect(values('inmor_expiring', { what: 'subordinate_statement', within_days: '14' })).toEqual([1])
  expect(values('inmor_expiring', { what: 'trust_mark', within_days: '14' })).toEqual([0])
  expect(values('inmor_signing_key_info')).toEqual([1])
  expect(values('inmor_database_up')).toEqual([1])
  expect(values('inmor_redis_up')).toEqual([1])
  expect(values('inmor_database_connections', { state: 'waiting' })).toEqual([0])
  expect(values('process_resident_memory_bytes')[0]).toBeGreaterThan(0)
})

// Keep this test last: the database does not come back.
it('reports that the database is unavailable, and omits numbers that it cannot read', async () => {
  await admin.database.close()
  await eventually(({ values }) => {
    expect(values('inmor_database_up')).toEqual([0])
    expect(values('inmor_subordinates')).toEqual([])
  })
})
