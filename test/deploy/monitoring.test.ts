/** Tests that alert rules and the dashboard use only metrics of running servers. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { generateSigningKey } from '#core/keys.ts'
import { gaugesOfAnchor } from '#server/metrics/gauges.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { toAnchor } from '#test/docs/reference/markdown.ts'
import { startDatabase } from '#test/helpers/database.ts'
import { folderInFile, inFile } from '#test/helpers/in-file.ts'
import { readMetrics } from '#test/helpers/metrics.ts'
import { patience } from '#test/helpers/patience.ts'
import { freePort } from '#test/helpers/port.ts'
import { type Program, run } from '#test/helpers/program.ts'
import { startRedis } from '#test/helpers/redis.ts'

const read = (name: string) =>
  readFile(fileURLToPath(new URL(`../../deploy/monitoring/${name}`, import.meta.url)), 'utf8')

let worker: string
const programs: Program[] = []
const told: Record<'ta' | 'admin' | 'worker', readonly string[]> = { ta: [], admin: [], worker: [] }

const redis = inFile(startRedis)
const database = inFile(startDatabase)
const keys = folderInFile('monitoring')
beforeAll(async () => {
  await writeNewKey(keys, await generateSigningKey('ES256'))
  const environment = {
    TA_DOMAIN: 'https://ta.example',
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    KEYS_DIR: keys,
    AUTH_SECRET: 'a secret of these tests that nobody else would use',
    WORKER: 'external',
    HOST: '127.0.0.1',
    METRICS_PORT: '0',
  }
  const metricsOf = async (script: string, port: string) => {
    const program = run(script, [], { environment: { ...environment, PORT: port } })
    programs.push(program)
    const [, url] = await program.printed(/"url":"([^"]+\/metrics)"/)
    await program.printed(/"Server listening|is ready/)
    return { url: String(url), names: (await readMetrics(url)).names }
  }
  // In sequence: the admin server migrates the database first.
  told.admin = (await metricsOf('server/main.ts', String(await freePort()))).names
  const { url, names } = await metricsOf('server/worker.ts', '0')
  told.worker = names
  worker = url
  told.ta = (await metricsOf('federation/main.ts', '0')).names
})
afterAll(async () => {
  for (const program of programs) program.kill('SIGKILL')
  await Promise.all(programs.map(({ ended }) => ended))
})

/** Created by Prometheus for each target. */
const ofPrometheus = ['up']
const operators = ['and', 'or', 'unless', 'bool', 'offset', 'ignoring', 'group_left', 'group_right']

/** The metrics in an expression: names that are no function, no operator, and in no list of labels. */
function metricsIn(expression: string): string[] {
  const bare = expression
    .replace(/"[^"]*"/g, '')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, '')
  const names = [...bare.matchAll(/\b[a-zA-Z_:][\w:]*\b(?!\s*\()/g)].map(([name]) => name)
  return names.filter((name) => !operators.includes(name) && !/^(sum|min|max|avg|count)$/.test(name))
}

/** Each anchor has its own series of them. */
const ofAnchor = [
  ...Object.keys(gaugesOfAnchor),
  ...['inmor_key_expires_in_seconds', 'inmor_run_duration_seconds', 'inmor_subordinate_checks_total'],
]

const familyOf = (metric: string) => metric.replace(/_(bucket|count|sum)$/, '')

function isTold(metric: string): boolean {
  const all = Object.values(told).flat()
  return [...ofPrometheus, ...all].some((name) => name === metric || name === familyOf(metric))
}

test('finds the metrics in an expression', () => {
  const expression =
    'sum by (job, le) (rate(a_bucket{x=~"y|z"}[5m])) / max(b) > 0.5 unless on (job) c offset 5m or min by (k) (d) < 14 * 86400'
  expect(metricsIn(expression)).toEqual(['a_bucket', 'b', 'c', 'd'])
})

const rules = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Inmor[A-Za-z]+$/),
          expr: z.string(),
          for: z
            .string()
            .regex(/^\d+[mh]$/)
            .optional(),
          labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
          annotations: z.strictObject({
            summary: z.string(),
            description: z.string(),
            runbook_url: z.string(),
          }),
        }),
      ),
    }),
  ),
})

test('gives each alert a unique name and existing metrics', async () => {
  const { groups } = rules.parse(parse(await read('alerts.yml')))
  const all = groups.flatMap((group) => group.rules)
  expect(new Set(all.map(({ alert }) => alert)).size).toBe(all.length)
  for (const { alert, expr } of all) {
    const names = metricsIn(expr)
    expect(names.length, alert).toBeGreaterThan(0)
    expect(
      names.filter((name) => !isTold(name)),
      alert,
    ).toEqual([])
  }
})

test('gives each alert a runbook that exists', async () => {
  const { groups } = rules.parse(parse(await read('alerts.yml')))
  for (const { alert, annotations } of groups.flatMap((group) => group.rules)) {
    const [document = '', anchor = ''] = annotations.runbook_url.split('#')
    const headings = [...(await read(`../../${document}`)).matchAll(/^#+ (.+)$/gm)].map(
      ([, text = '']) => text,
    )
    // Rules for each code name it in a template; test/server/alert/reach.test.ts compares the codes.
    if (!anchor.includes('{{')) expect(headings.map(toAnchor), alert).toContain(anchor)
  }
})

test('tells the anchors apart: no alert adds or compares the values of two', async () => {
  const { groups } = rules.parse(parse(await read('alerts.yml')))
  for (const { alert, expr, annotations } of groups.flatMap((group) => group.rules)) {
    if (!metricsIn(expr).some((name) => ofAnchor.includes(familyOf(name)))) continue
    expect(expr, alert).not.toMatch(/\b(sum|max|min)\s*(by \((?!anchor\b)|\()/)
    expect(annotations.summary, alert).toContain('$labels.anchor')
  }
})

const dashboard = z.object({
  uid: z.string(),
  panels: z.array(
    z.object({
      id: z.number(),
      title: z.string(),
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
      targets: z.array(z.object({ refId: z.string(), expr: z.string() })).default([]),
    }),
  ),
})

test('gives each panel existing metrics and its own place', async () => {
  const { panels } = dashboard.parse(JSON.parse(await read('grafana-dashboard.json')))
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  const taken = new Set<string>()
  for (const { title, targets, gridPos } of panels) {
    for (const { expr } of targets) {
      expect(metricsIn(expr).length, title).toBeGreaterThan(0)
      expect(
        metricsIn(expr).filter((name) => !isTold(name)),
        title,
      ).toEqual([])
    }
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(taken.has(`${x} ${y}`), title).toBe(false)
        taken.add(`${x} ${y}`)
      }
  }
})

test('uses each of our metrics on the dashboard or in an alert, and documents it', async () => {
  const { groups } = rules.parse(parse(await read('alerts.yml')))
  const { panels } = dashboard.parse(JSON.parse(await read('grafana-dashboard.json')))
  const expressions = [
    ...groups.flatMap((group) => group.rules.map(({ expr }) => expr)),
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ]
  const used = new Set(expressions.flatMap(metricsIn).map(familyOf))
  const ours = new Set(
    Object.values(told)
      .flat()
      .filter((name) => name.startsWith('inmor_')),
  )
  expect([...ours].filter((name) => !used.has(name))).toEqual([])
  const documentation = await read('../../docs/operations.md')
  expect([...ours].filter((name) => !documentation.includes(`\`${name}\``))).toEqual([])
})

// Keep this test last: the database does not come back.
test('serves readiness and liveness of a worker on the same port', async () => {
  const ask = async (path: string) => (await fetch(new URL(path, worker))).status
  expect(await ask('/health')).toBe(200)
  await database.close()
  await vi.waitFor(async () => expect(await ask('/health')).toBe(503), patience)
  expect(await ask('/health/live')).toBe(200)
})
