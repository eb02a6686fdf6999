/** Tests the compose files against the deployment guide, without a Docker engine. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Table } from '#federation/config/variable.ts'
import { federationVariables } from '#federation/config/variables.ts'
import { serverVariables } from '#server/config/variables.ts'
import { inFile } from '#test/helpers/in-file.ts'

/** The part of the Compose specification that our files use; a misspelt name is refused. */
const Service = z.strictObject({
  image: z.string().optional(),
  build: z
    .strictObject({ context: z.literal('.'), target: z.enum(['ta', 'admin', 'worker', 'frontend']) })
    .optional(),
  profiles: z.array(z.string()).optional(),
  restart: z.literal('unless-stopped').optional(),
  read_only: z.boolean().optional(),
  tmpfs: z.array(z.string()).optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  user: z.string().optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') })).optional(),
  healthcheck: z
    .strictObject({
      test: z.array(z.string()),
      interval: z.string(),
      timeout: z.string(),
      retries: z.int(),
      start_period: z.string().optional(),
    })
    .optional(),
  logging: z.strictObject({ driver: z.string(), options: z.record(z.string(), z.string()) }).optional(),
  deploy: z
    .strictObject({
      resources: z.strictObject({ limits: z.strictObject({ cpus: z.string(), memory: z.string() }) }),
    })
    .optional(),
})
const File = z.looseObject({ services: z.record(z.string(), Service) })

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

async function readServices(name: string): Promise<Record<string, z.output<typeof Service>>> {
  // Compose's own tag for "instead of", before plain YAML.
  const text = (await readFile(root(name), 'utf8')).replaceAll('!reset ', '')
  return File.parse(parse(text, { merge: true })).services
}

const services = inFile(() => readServices('compose.yaml'))

describe('compose.yaml', () => {
  test('has the five services of the guide, and an optional worker', () => {
    const always = Object.entries(services).flatMap(([name, { profiles }]) => (profiles ? [] : [name]))
    expect(always.sort()).toEqual(['admin', 'db', 'frontend', 'redis', 'ta'])
    expect(services.worker?.profiles).toEqual(['worker'])
  })

  test('fixes the content of each image that is not built here', () => {
    const images = Object.values(services).flatMap(({ image, build }) => (build ? [] : [image]))
    expect(images).toHaveLength(2)
    for (const image of images) expect(image).toMatch(/^\w+:\d+-alpine@sha256:[0-9a-f]{64}$/)
  })

  test('opens the ports of the guide, on loopback only', () => {
    const ports = Object.values(services).flatMap((service) => service.ports ?? [])
    expect(ports.every((port) => port.startsWith('127.0.0.1:'))).toBe(true)
    const published = ports.map((port) => port.split(':')[1])
    expect(published.sort()).toEqual(['5173', '5432', '6379', '8000', '8080'])
  })

  test('waits for what each service needs', () => {
    const needs = (name: string) => Object.keys(services[name]?.depends_on ?? {}).sort()
    expect(needs('ta')).toEqual(['redis'])
    // Not for ta, which is ready only after admin has published.
    expect(needs('admin')).toEqual(['db', 'redis'])
    expect(needs('worker')).toEqual(['admin'])
    expect(needs('frontend')).toEqual(['admin'])
  })

  test.each(['ta', 'admin', 'worker', 'frontend'])(
    '%s can write to /tmp only, and gains no privileges',
    (name) => {
      expect(services[name]).toMatchObject({
        build: { target: name },
        read_only: true,
        tmpfs: ['/tmp'],
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      })
      expect(services[name]?.deploy?.resources.limits.memory).toMatch(/^\d+[MG]$/)
    },
  )

  test('limits the resources of each service, and checks the health of each that answers', async () => {
    const dockerfile = await readFile(root('Dockerfile'), 'utf8')
    for (const [name, { deploy, healthcheck, build }] of Object.entries(services)) {
      expect(deploy?.resources.limits, name).toEqual({
        cpus: expect.stringMatching(/^[\d.]+$/),
        memory: expect.stringMatching(/^\d+[MG]$/),
      })
      if (name === 'worker') continue // it has no clients; another worker takes over its run
      const stage = dockerfile
        .split(/^FROM /m)
        .find((each) => each.startsWith(`${each.split(' ')[0]} AS ${build?.target}`))
      expect(healthcheck ?? /^HEALTHCHECK /m.exec(stage ?? '')?.[0], name).toBeTruthy()
    }
  })

  test('names only existing services, volumes and anchors', async () => {
    const file = parse(await readFile(root('compose.yaml'), 'utf8'), { merge: true })
    const extensions = Object.keys(file).filter((name) => name.startsWith('x-'))
    expect(Object.keys(file).filter((name) => !extensions.includes(name))).toEqual([
      'name',
      'services',
      'volumes',
    ])
    for (const { depends_on = {}, volumes = [] } of Object.values(services)) {
      expect(Object.keys(services)).toEqual(expect.arrayContaining(Object.keys(depends_on)))
      const named = volumes
        .map((volume) => volume.split(':')[0] ?? '')
        .filter((source) => !source.startsWith('.'))
      expect(Object.keys(file.volumes)).toEqual(expect.arrayContaining(named))
    }
  })

  test('lets only the admin server write keys, and only the database and the export keep data', () => {
    const mounts = Object.entries(services).flatMap(([name, { volumes = [] }]) =>
      volumes.map((volume) => `${name} ${volume}`),
    )
    expect(mounts.sort()).toEqual([
      'admin ./keys:/keys',
      'db postgres_data:/var/lib/postgresql/data',
      'ta ./keys:/keys:ro',
      'ta exported:/srv/inmor',
      'worker ./keys:/keys:ro',
    ])
  })

  test('sets no variable that its service does not read', async () => {
    const namesOf = (table: Table) => Object.values(table).flatMap(({ names }) => [...names])
    const known = {
      ta: namesOf(federationVariables),
      admin: namesOf(serverVariables),
      worker: namesOf(serverVariables),
    }
    for (const file of ['compose.yaml', 'compose.production.example.yaml']) {
      const read = await readServices(file)
      for (const [name, names] of Object.entries(known)) {
        expect(names).toEqual(expect.arrayContaining(Object.keys(read[name]?.environment ?? {})))
      }
    }
  })
})

test('contains no secret in the production example, and hides database and Redis', async () => {
  const production = await readServices('compose.production.example.yaml')
  expect(Object.keys(services)).toEqual(expect.arrayContaining(Object.keys(production)))
  expect(production.db?.ports).toEqual([])
  expect(production.redis?.ports).toEqual([])
  for (const name of ['POSTGRES_PASSWORD', 'AUTH_SECRET']) {
    const text = await readFile(root('compose.production.example.yaml'), 'utf8')
    expect(text).toContain(`\${${name}:?`)
  }
  expect(production.ta?.environment).toMatchObject({
    ALLOW_HTTP: 'false',
    TA_DOMAIN: expect.stringMatching(/^https:/),
  })
  // Without it, all clients behind the proxy would share one rate limit.
  for (const name of ['ta', 'admin'])
    expect(production[name]?.environment).toMatchObject({ TRUST_PROXY: expect.stringMatching(/^[\d./]+$/) })
})
