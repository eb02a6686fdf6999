/** Tests the units of deploy/systemd: systemd reads them, they are hardened, and their command lines start the product. */
import { execFile } from 'node:child_process'
import { appendFile, cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { generateSigningKey } from '#core/keys.ts'
import type { Table } from '#federation/config/variable.ts'
import { federationVariables } from '#federation/config/variables.ts'
import { serverVariables } from '#server/config/variables.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { folderInFile, inFile } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { freePort } from '#test/helpers/port.ts'
import { type Program, runCommand } from '#test/helpers/program.ts'
import { startRedis } from '#test/helpers/redis.ts'
import { startRestartableDatabase } from '#test/helpers/restartable-database.ts'
import { release } from '../../deploy/images/images.ts'
import { commandOf, folder, pairsOf, readUnit, translate, type UnitName, unitNames } from './systemd-unit.ts'

const execute = promisify(execFile)
const isInstalled = await execute('systemd-analyze', ['--version']).then(
  () => true,
  () => false,
)
const namesOf = (table: Table) => Object.values(table).flatMap(({ names }) => [...names])

test('there is a test for each unit', async () => {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.service'))
  expect(files.sort()).toEqual(unitNames.map((name) => `inmor-${name}.service`).sort())
})

describe.skipIf(!isInstalled)(`systemd-analyze${isInstalled ? '' : ' (it is not installed here)'}`, () => {
  const directory = folderInFile('inmor-units')
  const unitFile = (name: UnitName) => join(directory, `inmor-${name}.service`)
  beforeAll(async () => {
    await cp(folder, directory, { recursive: true })
    for (const name of unitNames)
      await writeFile(unitFile(name), translate(await readFile(unitFile(name), 'utf8'), directory))
  })

  test('verifies the units', async () => {
    const { stderr } = await execute('systemd-analyze', ['verify', ...unitNames.map(unitFile)])
    expect(stderr).toBe('')
  })

  test.each(unitNames)('rates the exposure of inmor-%s below 3', async (name) => {
    const options = ['security', '--offline=true', '--no-pager', unitFile(name)]
    const { stdout } = await execute('systemd-analyze', options)
    const [, rate] = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout) ?? []
    expect(Number(rate)).toBeGreaterThan(0)
    expect(Number(rate)).toBeLessThan(3)
  })
})

test.each(unitNames)('inmor-%s starts a program of the release', async (name) => {
  const [command = ''] = (await readUnit(name)).get('ExecStart') ?? []
  const [, program] = / \/opt\/inmor\/(\S+\.ts)/.exec(command) ?? []
  expect(release.programs).toContain(program)
})

test('only admin writes the key directory, and ta and the exporter have no secret of the database', async () => {
  for (const name of unitNames) {
    const unit = await readUnit(name)
    const isPublic = name === 'ta' || name === 'export'
    expect(unit.get('StateDirectory') ?? [], name).toEqual(name === 'admin' ? ['inmor/keys'] : [])
    expect(unit.get('ReadWritePaths') ?? [], name).toEqual(name === 'export' ? ['/srv/inmor'] : [])
    expect(unit.get('LoadCredential') ?? [], name).toHaveLength(isPublic ? 0 : 2)
    expect(unit.get('InaccessiblePaths')?.join(' ') ?? '', name).toBe(
      isPublic ? '-/run/postgresql -/etc/inmor/secrets' : '',
    )
  }
})

test('the examples of environment files set variables that exist, and no secret', async () => {
  const examples = { inmor: federationVariables, admin: serverVariables }
  for (const [name, table] of Object.entries(examples)) {
    const text = await readFile(join(folder, `${name}.env.example`), 'utf8')
    const set = pairsOf(text).map(([variable]) => variable)
    expect(namesOf(table)).toEqual(expect.arrayContaining(set))
    expect(set.filter((variable) => /SECRET|PASSWORD|DATABASE_URL/.test(variable))).toEqual([])
  }
})

describe('the command lines', () => {
  const directory = folderInFile('inmor-systemd')
  const etc = join(directory, 'etc/inmor')
  const database = inFile(startRestartableDatabase)
  const redis = inFile(startRedis)
  const ports: Record<string, number> = {}
  /** Those that run until a signal. */
  const programs: Program[] = []

  beforeAll(async () => {
    await mkdir(join(etc, 'secrets'), { recursive: true })
    await writeNewKey(join(directory, 'var/lib/inmor/keys'), await generateSigningKey('ES256'))
    await writeFile(join(etc, 'secrets/DATABASE_URL'), `${database.url}\n`)
    await writeFile(join(etc, 'secrets/AUTH_SECRET'), 'a secret of this test that nothing else would use\n')
    for (const name of ['ta', 'admin', 'worker']) ports[name] = await freePort()
    await copyExample('inmor', (text) => text.replace('redis://127.0.0.1:6379', redis.url))
    await copyExample('admin', (text) => `${text}PORT=${ports.admin}\n`)
    await writeFile(join(etc, 'ta.env'), `PORT=${ports.ta}\n`)
    await writeFile(join(etc, 'worker.env'), `METRICS_PORT=${ports.worker}\n`)
  })

  async function copyExample(name: string, change: (text: string) => string): Promise<void> {
    await writeFile(
      join(etc, `${name}.env`),
      change(await readFile(join(folder, `${name}.env.example`), 'utf8')),
    )
  }

  async function start(name: UnitName): Promise<Program> {
    const { program, args, environment } = await commandOf(await readUnit(name), directory)
    const { NODE_COMPILE_CACHE = '' } = process.env
    return runCommand(program, args, { environment: { NODE_COMPILE_CACHE, ...environment } })
  }

  test('migrate the database once', async () => {
    const first = await start('migrate')
    expect((await first.ended).code, first.output()).toBe(0)
    expect(first.stdout()).toMatch(/[1-9]\d* migrations applied/)
    const second = await start('migrate')
    expect((await second.ended).code, second.output()).toBe(0)
    expect(second.stdout()).toBe('0 migrations applied.\n')
  })

  test.each(['admin', 'worker', 'ta'] as const)('of inmor-%s answer /health', async (name) => {
    const program = await start(name)
    programs.push(program)
    const isHealthy = async () => {
      const { status } = await fetch(`http://127.0.0.1:${ports[name]}/health`)
      expect(status, program.output()).toBe(200)
    }
    await vi.waitFor(isHealthy, patience)
  })

  test('of inmor-export write the files of the anchor', async () => {
    await mkdir(join(directory, 'srv'))
    const program = await start('export')
    programs.push(program)
    await program.printed(/The export was compared/)
    const file = join(directory, 'srv/inmor/manifest.jwt')
    await expect.poll(() => stat(file).then(({ size }) => size)).toBeGreaterThan(100)
  })

  test('of commands have the environment and the secrets of admin', async () => {
    const mail = 'MAIL_FROM=Example Federation <federation@example.org>'
    await appendFile(join(etc, 'admin.env'), `${mail}\n`)
    await writeFile(join(etc, 'secrets/SMTP_URL'), 'smtp://127.0.0.1:1\n')
    const script = join(directory, 'inmor')
    const text = translate(await readFile(join(folder, 'inmor'), 'utf8'), directory)
    // Only root may become another user, which need not exist here.
    await writeFile(script, text.replace(/setpriv .*no-new-privs/, ''))
    const { NODE_COMPILE_CACHE = '' } = process.env
    const command = [script, 'user', 'create', '--username', 'root', '--role', 'admin']
    const created = runCommand('sh', command, { environment: { NODE_COMPILE_CACHE } })
    // A sender without a server is refused, and so is a start without the database or the secret.
    expect((await created.ended).code, created.output()).toBe(0)
  })

  test('end in good order at a signal', async () => {
    expect(programs).toHaveLength(4)
    for (const program of programs) program.kill('SIGTERM')
    for (const { ended, output } of programs) expect((await ended).code, output()).toBe(0)
  })
})
