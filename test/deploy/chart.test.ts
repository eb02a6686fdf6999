/** Tests the chart of deploy/helm without helm: its values, and its names against the images and the configuration. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { signingAlgorithms } from '#core/algorithm.ts'
import { sharedVariables } from '#federation/config/shared.ts'
import type { Table } from '#federation/config/variable.ts'
import { federationVariables } from '#federation/config/variables.ts'
import { serverVariables } from '#server/config/variables.ts'
import { images } from '../../deploy/images/images.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { badValues, chart, merge, readSet, root, setNames, type Values, withDefaults } from './chart.ts'

const schema = JSON.parse(await readFile(join(chart, 'values.schema.json'), 'utf8'))
const validate = new Ajv({
  allErrors: true,
  strict: true,
  strictRequired: false,
  strictTypes: false,
}).compile(schema)
/** The faults of values with the defaults of the chart, a line for each. */
function faultsOf(values: Values): string {
  validate(withDefaults(values))
  return (validate.errors ?? []).map((fault) => `${fault.instancePath} ${JSON.stringify(fault)}`).join('\n')
}

describe('values.schema.json', () => {
  test.each(setNames)('accepts the set %s', (name) => expect(faultsOf(readSet(name))).toBe(''))

  test.each(badValues)('refuses %s', (_what, change, named) => {
    expect(faultsOf(merge(readSet('small'), change))).toMatch(named)
  })

  test('demands values that have no default', () => {
    for (const name of ['/domain', '/adminUrl', '/image/registry']) expect(faultsOf({})).toContain(name)
  })

  test('accepts the database by its parts', () => {
    const parts = {
      secrets: { DATABASE_URL: null, DB_PASSWORD: { name: 'db' } },
      adminEnv: { DB_HOST: 'db' },
    }
    expect(faultsOf(merge(readSet('small'), parts))).toBe('')
  })

  /** Those that the chart sets, or that would not fit it. */
  const own = [
    ...['TA_DOMAIN', 'ADMIN_URL', 'KEYS_DIR', 'HISTORICAL_KEYS_DIR', 'METRICS_PORT', 'PORT', 'WORKER'],
    ...['EXPORT_FOLDER', 'TLS_CERT', 'TLS_KEY', 'PKCS11_PIN', 'PKCS11_PIN_FILE'],
  ]
  const namesOf = (table: Table, isSecret: boolean) =>
    Object.values(table)
      .filter((row) => (row.isSecret ?? false) === isSecret)
      .flatMap(({ names: [first] }) => (own.includes(first) ? [] : [first]))
  const without = (names: string[], others: string[]) => names.filter((name) => !others.includes(name))
  const shared = namesOf(sharedVariables, false)

  test.each([
    ['env', shared],
    ['publicEnv', without(namesOf(federationVariables, false), shared)],
    ['adminEnv', without(namesOf(serverVariables, false), shared)],
  ])('%s has each variable of its processes', (name, names) => {
    expect(Object.keys(schema.properties[name].properties).sort()).toEqual(names.toSorted())
  })

  test('algorithms and levels of the log are those of the programs', () => {
    const { keys, env } = schema.properties
    expect(keys.properties.generate.enum).toEqual(['', ...signingAlgorithms])
    const levels = sharedVariables.logLevel.kind
    for (const level of env.properties.LOG_LEVEL.enum) expect(levels.parse(level)).toBe(level)
  })

  test('a Secret can have each variable that is a secret', () => {
    const names = [...namesOf(serverVariables, true), 'PKCS11_PIN']
    expect(Object.keys(schema.properties.secrets.properties).sort()).toEqual(names.sort())
  })
})

describe('the templates', () => {
  let templates = ''
  let components = ''
  beforeAll(async () => {
    const folder = join(chart, 'templates')
    const files = (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8'))
    templates = (await Promise.all(files)).join('\n')
    components = templates.slice(
      templates.indexOf('define "inmor.components"'),
      templates.indexOf('define "inmor.name"'),
    )
  })

  test('name only variables that exist', () => {
    const known = [serverVariables, federationVariables].flatMap((table: Table) =>
      Object.values(table).flatMap(({ names }) => [...names]),
    )
    const named = [...templates.matchAll(/"([A-Z][A-Z0-9_]{3,})"|\b([A-Z]+_[A-Z_]+):/g)].map(
      ([, a, b]) => a ?? b,
    )
    expect(named).toEqual(expect.arrayContaining(['TA_DOMAIN', 'WORKER', 'EXPORT_FOLDER', 'REDIS_URL']))
    expect(named.filter((name) => !known.includes(name ?? ''))).toEqual([])
  })

  test('give ta the secrets that it reads, and no others', () => {
    const [, listed = ''] = /"public"\) \(has \$variable \(list (.*?)\)/.exec(templates) ?? []
    const read = Object.values<Table[string]>(federationVariables).flatMap(({ isSecret, names: [name] }) =>
      isSecret || name === 'PKCS11_PIN' ? [`"${name}"`] : [],
    )
    expect(listed.split(' ').sort()).toEqual(read.sort())
  })

  test('run images of the Dockerfile on their ports, and the Redis of compose.yaml', async () => {
    const dockerfile = await readFile(root('Dockerfile'), 'utf8')
    const { services } = parse(await readFile(root('compose.yaml'), 'utf8'), { merge: true })
    const rows = components.split(/^(?=\w+:$)/m).slice(1)
    const built = rows.flatMap((row) => /^ {2}image: (\S+)$/m.exec(row)?.[1] ?? [])
    expect(built).toHaveLength(5)
    for (const row of rows) {
      const [, image] = /^ {2}image: (\S+)$/m.exec(row) ?? []
      const [, port] = /ports: \{ http: (\d+)/.exec(row) ?? []
      const target = Object.keys(images).find((name) => services[name].image === image)
      if (image) expect(target, row).toBeDefined()
      const stage = dockerfile.split(/^FROM /m).find((text) => text.includes(` AS ${target}\n`))
      if (port) expect(stage).toContain(`EXPOSE ${port}\n`)
    }
    expect(withDefaults({}).redis).toMatchObject({ image: services.redis.image })
    const command = /command: (\[redis-server.*\])$/m.exec(components)?.[1] ?? ''
    expect(parse(command)).toEqual(services.redis.command)
  })

  test('call commands that the images have', () => {
    expect(images.ta.commands).toHaveProperty('inmor-export')
    expect(components).toContain('/app/inmor-export')
    const called = [
      ...templates.matchAll(/\b(inmor(?:-keygeneration)?) (?:--type|apply)|"(inmor)" "migrate"/g),
    ]
    const names = called.map(([, a, b]) => a ?? b)
    expect(names.sort()).toEqual(['inmor', 'inmor', 'inmor-keygeneration'])
    expect(Object.keys(images.admin.commands)).toEqual(expect.arrayContaining(names))
  })

  test('replace the address of admin that the frontend has', async () => {
    const configuration = await readFile(root('deploy/proxy/frontend.conf'), 'utf8')
    expect(configuration.match(/http:\/\/admin:8000/g)).toHaveLength(1)
    expect(components).toContain('s|http://admin:8000|')
  })

  test('run as the user of the images', async () => {
    const [, user] = /useradd --uid (\d+)/.exec(await readFile(root('Dockerfile'), 'utf8')) ?? []
    for (const name of ['runAsUser', 'runAsGroup', 'fsGroup'])
      expect(templates).toContain(`${name}: ${user}\n`)
  })
})

test('the chart has the version of the product', async () => {
  const { version } = packageJson
  const text = await readFile(join(chart, 'Chart.yaml'), 'utf8')
  expect(parse(text)).toMatchObject({ version, appVersion: version })
})
