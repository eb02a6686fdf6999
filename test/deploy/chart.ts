/** Reads the chart of deploy/helm, and the value sets with which it is tested, as helm does; prints it where helm is installed. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'

export const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
export const chart = root('deploy/helm/inmor')
export const sets = root('test/deploy/helm-values')

export type Values = Record<string, unknown>
const Values = z.record(z.string(), z.unknown())

/** The names of the value sets. */
export const setNames = readdirSync(sets).map((file) => file.replace('.yaml', ''))
export const readSet = (name: string) => Values.parse(parse(readFileSync(join(sets, `${name}.yaml`), 'utf8')))

/** The values of the chart with changes, as helm merges them: maps are merged, null removes. */
export function withDefaults(changes: Values): Values {
  return merge(Values.parse(parse(readFileSync(join(chart, 'values.yaml'), 'utf8'))), changes)
}

export function merge(values: Values, changes: Values): Values {
  const merged = { ...values }
  for (const [name, change] of Object.entries(changes)) {
    const [from, to] = [Values.safeParse(merged[name]), Values.safeParse(change)]
    if (change === null) delete merged[name]
    else merged[name] = from.success && to.success ? merge(from.data, to.data) : change
  }
  return merged
}

/** What must not be accepted, as changes of the set `small`, and what the refusal names. */
export const badValues: readonly (readonly [string, Values, RegExp])[] = [
  ['no Entity Identifier', { domain: '' }, /domain/],
  ['a misspelt value', { tas: { replicas: 2 } }, /tas|additional/],
  ['a secret instead of the name of one', { secrets: { AUTH_SECRET: 'x'.repeat(32) } }, /AUTH_SECRET/],
  ['a secret among the variables', { adminEnv: { AUTH_SECRET: 'x' } }, /adminEnv/],
  ['a misspelt variable', { env: { TRUST_PROXIES: 'loopback' } }, /env/],
  ['a variable of the chart', { env: { KEYS_DIR: '/elsewhere' } }, /env/],
  ['a variable of admin for ta', { publicEnv: { ADMIN_URL: 'https://a.example.org' } }, /publicEnv/],
  ['a URL of the console with a path', { adminUrl: 'https://admin.example.org/console' }, /adminUrl/],
  ['the tag latest', { image: { tag: 'latest' } }, /tag/],
  ['no database', { secrets: { DATABASE_URL: null } }, /DATABASE_URL/],
  [
    'a Redis elsewhere without its Secret',
    { redis: { enabled: false }, networkPolicy: { enabled: false } },
    /REDIS_URL/,
  ],
  [
    'a Redis elsewhere that ta may not reach',
    { redis: { enabled: false }, secrets: { REDIS_URL: { name: 'redis' } } },
    /publicEgress/,
  ],
  ['an admin side that any address may reach', { networkPolicy: { adminFrom: [] } }, /adminFrom/],
  ['no word about who may reach the admin side', { networkPolicy: { adminFrom: null } }, /adminFrom/],
  ['an Entity Identifier without TLS', { domain: 'http://ta.example.org' }, /domain/],
  ['an algorithm that does not exist', { keys: { generate: 'ES255' } }, /generate/],
  ['a level of the log that does not exist', { env: { LOG_LEVEL: 'loud' } }, /LOG_LEVEL/],
  ['two Redis', { secrets: { REDIS_URL: { name: 'redis' } } }, /secrets/],
  ['a job without files', { configuration: { enabled: true } }, /configuration/],
  ['an image of Redis without its content', { redis: { image: 'redis:8' } }, /redis\W+image/],
  ['a wrong amount', { ta: { resources: { limits: { memory: 'much' } } } }, /memory/],
]

const Container = z.object({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).optional(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  volumeMounts: z.array(
    z.object({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().default(false) }),
  ),
})
const Secret = z.object({ name: z.string(), items: z.array(z.object({ key: z.string(), path: z.string() })) })
const Volume = z.object({
  name: z.string(),
  projected: z.object({ sources: z.array(z.object({ secret: Secret })) }).optional(),
})
const Pod = z.object({
  spec: z.object({
    containers: z.array(Container).length(1),
    initContainers: z.array(Container).default([]),
    volumes: z.array(Volume),
  }),
})
const Manifest = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()) }),
  data: z.record(z.string(), z.string()).optional(),
  spec: z.looseObject({ template: Pod.optional() }).optional(),
})
export type Manifest = z.output<typeof Manifest>
export type Container = z.output<typeof Container>

/** What a program prints, or the message with which it fails; null where it is not installed. */
export async function tryProgram(program: string, args: readonly string[]) {
  return promisify(execFile)(program, args, { maxBuffer: 64_000_000 }).then(
    ({ stdout, stderr }) => ({ isDone: true, output: stdout, message: stderr }),
    (error: { code: unknown; stdout: string; stderr: string }) =>
      error.code === 'ENOENT' ? null : { isDone: false, output: error.stdout, message: error.stderr },
  )
}

export const isInstalled = async (program: string) => (await tryProgram(program, ['version'])) !== null

/** Helm without `--kube-version` takes the oldest one when it was built from source. */
export const options = ['--namespace', 'inmor', '--kube-version', '1.32']

export const template = (...args: string[]) =>
  tryProgram('helm', ['template', 'inmor', chart, ...options, ...args])

export async function render(...args: string[]): Promise<Manifest[]> {
  const printed = await template(...args)
  if (!printed?.isDone) throw new Error(printed?.message ?? 'helm is not installed')
  return parseAllDocuments(printed.output).map((document) => Manifest.parse(document.toJS()))
}
