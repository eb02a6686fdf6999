/** Tests the deployment guide from key generation to a resolved entity, on the layout of the images. */
import { execFile } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose'
import pg from 'pg'
import { describe, expect, test, vi } from 'vitest'
import { below } from '#test/helpers/federation.ts'
import { layOut, type Outcome } from '#test/helpers/image-layout.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { ask, isInstalled } from '#test/helpers/proxy.ts'
import { type Chapter, guideCommands, translate } from './guide-commands.ts'

/** Packages that no delivered directory contains: of the build and the tests, and what generates the client. */
const tools = [
  ...['typescript', 'vite', 'vitest', '@biomejs', 'svelte', '@sveltejs', 'knip', 'tailwindcss'],
  ...['prisma', 'es-module-lexer', '@graphql-codegen', 'playwright-core', 'oidc-provider', 'happy-dom'],
]
/** Packages of the embedded services, which only the release contains. */
const evaluation = ['@electric-sql', 'ioredis-mock', 'pino-pretty']
const isPossible = await isInstalled('nginx')

describe.skipIf(!isPossible)('the deployment guide', () => {
  let key = ''

  const deployment = inFile(layOut)
  const federation = inFile(() => below(deployment.anchor).leaf().start())

  /** Runs each command of the chapter, which must succeed, and returns the outputs. */
  async function play(chapter: Chapter): Promise<string[]> {
    const outputs: string[] = []
    for (const [, command] of guideCommands.filter(([each]) => each === chapter)) {
      const outcome: Outcome = await deployment.shell(translate(command, deployment), { KEY: key })
      expect(outcome.code, `${command}\n${outcome.output}`).toBe(0)
      outputs.push(outcome.output)
    }
    return outputs
  }

  test('generating the signing key', async () => {
    await play('keys')
    const { mode, uid } = await stat(join(deployment.directory.keys, 'private.json'))
    expect((mode & 0o777).toString(8)).toBe('600')
    expect(uid).toBe(process.getuid?.() === 0 ? 999 : process.getuid?.())
    expect(await readdir(join(deployment.directory.keys, 'publickeys'))).toHaveLength(1)
  })

  test('starting the services, and making a key for scripts', async () => {
    await deployment.start()
    const { admin } = deployment.directory
    const user = await deployment.shell(`${admin}/inmor user create --username root --role admin`)
    expect(user.code, user.output).toBe(0)
    const made = await deployment.shell(
      `${admin}/inmor apikey create --username root --name guide --only key`,
    )
    expect(made.code, made.output).toBe(0)
    key = made.output.trim()
  })

  test('the layout is read-only for its user, and has no build tools', async ({ skip }) => {
    const { ta, admin, worker } = deployment.directory
    for (const image of [ta, admin, worker]) {
      const packages = await readdir(join(image, 'node_modules'))
      const unwanted = [...tools, ...evaluation]
      expect(packages.filter((name) => unwanted.includes(name) || name === '.bin')).toEqual([])
    }
    skip(!deployment.isUnprivileged, 'only root can become another user')
    const found = await deployment.shell(
      `find ${ta} ${admin} ${worker} ${deployment.directory.release} -writable`,
    )
    expect(found).toEqual({ code: 0, output: '' })
  })

  test('the release runs both servers and the console on its run-time packages alone', async () => {
    const { release } = deployment.directory
    const entries = await readdir(join(release, 'node_modules'), { recursive: true })
    const packages = entries.filter((path) =>
      /(^|node_modules\/)(@[^/]+\/)?[^/@]+\/package\.json$/.test(path),
    )
    expect(packages.length).toBeLessThanOrEqual(300)
    const unwanted = [...tools, '@prisma/internals', '@prisma/client-generator-ts']
    expect(entries.filter((path) => unwanted.includes(path))).toEqual([])
    const { taUrl, adminUrl } = await deployment.startRelease()
    expect((await fetch(`${taUrl}/.well-known/openid-federation`)).status).toBe(200)
    expect(await (await fetch(adminUrl)).text()).toContain('/_app/immutable/')
    // As npm would publish it; packages are installed from its dependencies.
    const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json'], { cwd: release })
    const paths = JSON.parse(stdout)[0].files.map(({ path }: { path: string }) => path)
    expect(paths).toEqual(
      expect.arrayContaining(['package.json', 'web/build/200.html', 'prisma/generated/client/client.ts']),
    )
    expect(paths.filter((path: string) => /node_modules|^test\/|^web\/src\//.test(path))).toEqual([])
  })

  test('refuses a command without DATABASE_URL, because there is no embedded database', async () => {
    const { admin } = deployment.directory
    const outcome = await deployment.shell(`env -u DATABASE_URL ${admin}/inmor user list`)
    expect(outcome).toEqual({ code: 1, output: 'Set DATABASE_URL. This image has no embedded database.\n' })
  })

  test('the initialization workflow', async () => {
    const [entity, historicalKeys, type] = (await play('initialization')).map((text) => JSON.parse(text))
    expect(entity).toEqual({ entity_statement: expect.any(String) })
    expect(historicalKeys).toMatchObject({ message: expect.stringMatching(/historical keys/) })
    expect(type).toMatchObject({ id: expect.any(Number), valid_for: 8760, autorenew: true })
  })

  test('adding a subordinate, and resolving it through the proxy', async () => {
    const { leaf } = federation
    const { anchor, proxy } = deployment
    const body = JSON.stringify({ entityid: leaf.id, metadata: leaf.options.metadata, forced_metadata: {} })
    const added = await ask(proxy, proxy.ports.admin, '/api/v1/subordinates', {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body,
    })
    expect(added).toMatchObject({ status: 201 })
    const query = new URLSearchParams({ sub: leaf.id, trust_anchor: anchor })
    const answer = await ask(proxy, proxy.ports.ta, `/resolve?${query}`)
    const { payload } = await jwtVerify(answer.body, await publishedKeys(), { typ: 'resolve-response+jwt' })
    expect(payload).toMatchObject({ iss: anchor, sub: leaf.id, metadata: leaf.options.metadata })
    expect(payload.trust_chain).toHaveLength(3)
  })

  test('rebuilding published data', async () => {
    expect((await play('rebuild')).at(-1)).toMatch(
      /Published 1 entities below \S+ in \d+ ms, with 0 failures/,
    )
  })

  test('the scheduled tasks', async () => {
    await play('scheduled tasks')
    const { leaf } = federation
    const log = await readFile(join(deployment.directory.base, 'tmp/inmor-renew-subordinates.log'), 'utf8')
    expect(log).toContain(leaf.id)
  })

  test('the status', async () => {
    const [health = '', status = ''] = await play('health')
    expect(JSON.parse(health)).toEqual({ status: 'ok' })
    expect(JSON.parse(status)).toMatchObject({
      entity_id: deployment.anchor,
      status: 'ok',
      subordinates: { direct: 1 },
      collection: { total_entities: 1, openid_relying_parties: 1 },
    })
  })

  test('the backup, restored into an empty database, without an explicit rebuild', async ({ skip }) => {
    const { postgres, anchor, taUrl, proxy } = deployment
    if (!postgres) return skip('the programs of PostgreSQL are not installed here')
    await play('backup')
    const later = 'https://your-domain.example.com/trustmark/later'
    const made = await ask(proxy, proxy.ports.admin, '/api/v1/trustmarktypes', {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body: JSON.stringify({ tmtype: later }),
    })
    expect(made.status).toBe(201)
    const issuers = async () => {
      const response = await fetch(`${taUrl}/.well-known/openid-federation`)
      return Object.keys(decodeJwt<{ trust_mark_issuers: object }>(await response.text()).trust_mark_issuers)
    }
    await vi.waitFor(async () => expect(await issuers()).toContain(later), patience)
    const maintenance = new pg.Client(postgres.url.replace(/\/postgres$/, '/template1'))
    await maintenance.connect()
    await maintenance.query('DROP DATABASE postgres WITH (FORCE)')
    await maintenance.query('CREATE DATABASE postgres')
    await maintenance.end()
    await play('restore')
    await vi.waitFor(async () => expect(await issuers()).not.toContain(later), patience)
    expect((await ask(proxy, proxy.ports.admin, '/health')).status).toBe(200)
    const query = new URLSearchParams({ sub: federation.leaf.id, trust_anchor: anchor })
    expect((await ask(proxy, proxy.ports.ta, `/resolve?${query}`)).status).toBe(200)
    expect(
      (await deployment.shell(`cd ${deployment.directory.worker} && ./inmor publication rebuild`)).code,
    ).toBe(0)
  })

  /** Keys obtained out of band: the files of the key generation. */
  async function publishedKeys() {
    const folder = join(deployment.directory.keys, 'publickeys')
    const files = await readdir(folder)
    const keys = files.map(async (file) => JSON.parse(await readFile(join(folder, file), 'utf8')))
    return createLocalJWKSet({ keys: await Promise.all(keys) })
  }
})
