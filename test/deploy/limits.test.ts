/** Compares what proxies, chart and documents say about limits with the table that the servers use. */
import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { bytes, describeTooLarge, milliseconds } from '#federation/http/limits.ts'
import { requestError } from '#server/error/request-error.ts'

const KIB = 1024
const MIB = KIB * KIB
const SECOND = 1000

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8')

/** As a proxy answers: what the server answers itself. */
const refusal = JSON.stringify({
  errors: [requestError('REQUEST_ENTITY_TOO_LARGE', describeTooLarge(bytes.operatorBody))],
})

/** What a file says, by the pattern that finds each number of it, in the unit of the file. */
const said: [file: string, pattern: RegExp, expected: readonly number[]][] = [
  ['deploy/proxy/nginx.conf', /client_max_body_size (\d+)k;/g, [bytes.keySet / KIB]],
  ['deploy/proxy/nginx.conf', /client_max_body_size (\d+)m;/g, [bytes.operatorBody / MIB]],
  ['deploy/proxy/nginx.conf', /large_client_header_buffers 4 (\d+)k;/g, [bytes.head / KIB]],
  ['deploy/proxy/nginx.conf', /proxy_read_timeout (\d+)s;/g, [milliseconds.silence / SECOND]],
  ['deploy/proxy/frontend.conf', /client_max_body_size (\d+)m;/g, [bytes.operatorBody / MIB]],
  ['deploy/proxy/frontend.conf', /large_client_header_buffers 4 (\d+)k;/g, [bytes.head / KIB]],
  ['deploy/proxy/frontend.conf', /proxy_read_timeout (\d+)s;/g, [milliseconds.silence / SECOND]],
  ['deploy/proxy/apache.conf', /LimitRequestBody (\d+)$/gm, [bytes.keySet, bytes.operatorBody]],
  ['deploy/proxy/apache.conf', /LimitRequest(?:Line|FieldSize) (\d+)$/gm, [bytes.head, bytes.head]],
  ['deploy/proxy/apache.conf', / timeout=(\d+)$/gm, [milliseconds.silence / SECOND]],
  ['deploy/proxy/Caddyfile', /max_size (\d+)KiB$/gm, [bytes.keySet / KIB]],
  ['deploy/proxy/Caddyfile', /max_size (\d+)MiB$/gm, [bytes.operatorBody / MIB]],
  ['deploy/proxy/Caddyfile', / > (\d+)`$/gm, [bytes.operatorBody]],
  ['deploy/edge/nginx.conf', /client_max_body_size (\d+)k;/g, [bytes.keySet / KIB]],
  ['deploy/edge/nginx.conf', /large_client_header_buffers 4 (\d+)k;/g, [bytes.head / KIB]],
  ['deploy/edge/Caddyfile', /max_size (\d+)KiB$/gm, [bytes.keySet / KIB]],
  [
    'deploy/helm/inmor/values.yaml',
    /proxy-body-size: (\d+)m/g,
    [bytes.operatorBody / MIB, bytes.operatorBody / MIB],
  ],
  ['SECURITY.md', /forms of\s+at most (\d+) KiB/g, [bytes.form / KIB]],
  [
    'docs/deployment.md',
    /^\| (?:request line and headers|form|pushed JWK Set) \|[^|]*\| (\d+) KiB \|/gm,
    [bytes.head, bytes.form, bytes.keySet].map((size) => size / KIB),
  ],
  [
    'docs/deployment.md',
    /^\| body, of .* \|[^|]*\| (\d+) MiB \|/gm,
    [bytes.adminBody, bytes.operatorBody].map((size) => size / MIB),
  ],
  [
    'docs/deployment.md',
    /^\| (?:a whole request|between two requests|silence of a subscription) \|[^|]*\| (\d+) s \|/gm,
    [milliseconds.publicRequest, milliseconds.adminRequest, milliseconds.idle, milliseconds.silence].map(
      (time) => time / SECOND,
    ),
  ],
]

it.for(said)('%s has %s as the servers do', async ([file, pattern, expected]) => {
  const found = [...(await read(file)).matchAll(pattern)].map(([, number]) => Number(number))
  expect(found).toEqual(expected)
})

it.for(['nginx.conf', 'frontend.conf', 'apache.conf', 'Caddyfile'])(
  '%s refuses in the words of the server',
  async (file) => {
    expect((await read(`deploy/proxy/${file}`)).replaceAll('\\"', '"')).toContain(refusal)
  },
)
