/** Tests that `npm start` serves the metrics of both servers on one port, if configured. */
import { expect, test } from 'vitest'
import { readMetrics } from '#test/helpers/metrics.ts'
import { freePort } from '#test/helpers/port.ts'
import { startProduct } from '#test/helpers/product.ts'

test('serves the metrics of both servers together', async () => {
  const METRICS_PORT = String(await freePort())
  const product = await startProduct(undefined, { METRICS_PORT })
  const { adminUrl, federationUrl } = product.installation
  await fetch(`${federationUrl}/list`)
  await fetch(`${adminUrl}/health`)
  const { names, values } = await readMetrics(`http://localhost:${METRICS_PORT}/metrics`)
  expect(new Set(names).size).toBe(names.length)
  expect(values('inmor_redis_up', { service: 'ta' })).toEqual([1])
  expect(values('inmor_redis_up', { service: 'admin' })).toEqual([1])
  const count = 'inmor_http_request_duration_seconds_count'
  expect(values(count, { service: 'ta', endpoint: '/list' })).toEqual([1])
  expect(values(count, { service: 'admin', endpoint: '/health' })).toEqual([1])
  expect(values('process_resident_memory_bytes')).toHaveLength(1)
  await product.stop()
})
