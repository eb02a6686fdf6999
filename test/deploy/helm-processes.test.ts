/** Runs what helm prints, where it is installed: each container as a process, beside a PostgreSQL, a Redis and an nginx. */
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { inFile } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { freePort } from '#test/helpers/port.ts'
import { runCommand } from '#test/helpers/program.ts'
import { isInstalled as isProxyInstalled } from '#test/helpers/proxy.ts'
import { startRestartableDatabase } from '#test/helpers/restartable-database.ts'
import { isInstalled, type Manifest, render, root, sets } from './chart.ts'
import { startNode } from './pod-process.ts'

const missing = [
  ...((await isInstalled('helm')) ? [] : ['helm']),
  ...((await isProxyInstalled('nginx')) ? [] : ['nginx']),
]

describe.skipIf(missing.length > 0)(
  `the pods${missing.length > 0 ? ` (not installed here: ${missing.join(', ')})` : ''}`,
  () => {
    let objects: Manifest[] = []
    const ports: Record<string, number> = {}
    const secrets = {
      'inmor/DATABASE_URL': '',
      'inmor/AUTH_SECRET': 'a secret of this test that nothing else would use',
    }
    const database = inFile(startRestartableDatabase)
    const node = inFile(() =>
      startNode(secrets, () => ({
        'inmor-redis:6379': `127.0.0.1:${ports.redis}`,
        'inmor-admin:8000': `127.0.0.1:${ports.admin}`,
      })),
    )

    beforeAll(async () => {
      for (const name of ['redis', 'ta', 'admin', 'worker', 'frontend']) ports[name] = await freePort()
      secrets['inmor/DATABASE_URL'] = database.url
      const files = ['small', 'anchors', 'configuration'].flatMap((name) => [
        '--values',
        join(sets, `${name}.yaml`),
      ])
      objects = await render(...files)
      const example = await readFile(root('deploy/proxy/frontend.conf'), 'utf8')
      const here = example
        .replace('listen 8080', `listen 127.0.0.1:${ports.frontend}`)
        .replace('/srv/console', root('web/build'))
      // A pipe of a test cannot be opened by its name.
      const elsewhere = here.replaceAll(/ \/(?:tmp|dev)\//g, ` ${node.directory}/tmp/`)
      await writeFile(join(node.directory, 'nginx.conf'), elsewhere)
    })

    function find(kind: string, component: string): Manifest {
      const found = objects.find((each) => each.kind === kind && each.metadata.name === `inmor-${component}`)
      if (!found) throw new Error(`helm printed no ${kind} inmor-${component}`)
      return found
    }
    const portsOf = (name: string) => ({
      HOST: '127.0.0.1',
      PORT: String(ports[name] ?? 0),
      METRICS_PORT: name === 'worker' ? String(ports.worker) : '0',
    })

    test('of redis answer', async () => {
      const [container] = find('Deployment', 'redis').spec?.template?.spec.containers ?? []
      const [program = '', ...args] = container?.command ?? []
      const redis = runCommand(program, [...args, '--bind', '127.0.0.1', '--port', String(ports.redis)])
      await redis.printed(/Ready to accept connections/)
    })

    test('of the migration migrate, before there are keys', async () => {
      const program = await node.start(find('Job', 'migration'))
      expect((await program.ended).code, program.output()).toBe(0)
      expect(program.stdout()).toMatch(/[1-9]\d* migrations applied/)
    })

    test('of admin make the first key, once', async () => {
      const first = await node.start(find('Deployment', 'admin'), {}, 'init')
      expect((await first.ended).code, first.output()).toBe(0)
      const key = await readFile(join(node.directory, 'keys/private.json'), 'utf8')
      const second = await node.start(find('Deployment', 'admin'), {}, 'init')
      expect((await second.ended).code, second.output()).toBe(0)
      expect(await readFile(join(node.directory, 'keys/private.json'), 'utf8')).toBe(key)
    })

    test.each(['admin', 'worker', 'ta'])('of %s are ready', async (name) => {
      const program = await node.start(find('Deployment', name), portsOf(name))
      const isReady = async () => {
        const { status } = await fetch(`http://127.0.0.1:${ports[name]}/health`)
        expect(status, program.output()).toBe(200)
      }
      await vi.waitFor(isReady, patience)
      expect((await fetch(`http://127.0.0.1:${ports[name]}/health/live`)).status).toBe(200)
    })

    test('of the exporter write the files that ta reads', async () => {
      const program = await node.start(find('Deployment', 'exporter'))
      await program.printed(/The export was compared/)
      const folder = find('Deployment', 'ta').spec?.template?.spec.containers[0]?.env.find(
        ({ name }) => name === 'EXPORT_FOLDER',
      )
      const manifest = join(node.directory, folder?.value ?? '', 'manifest.jwt')
      await expect.poll(() => stat(manifest).then(({ size }) => size)).toBeGreaterThan(100)
    })

    test('of the frontend send the console, and reach admin', async () => {
      const program = await node.start(find('Deployment', 'frontend'))
      const url = `http://127.0.0.1:${ports.frontend}`
      const answers = async () => {
        const page = await fetch(url).catch((cause) => expect.fail(`${program.output()} ${cause}`))
        expect(await page.text()).toContain('/_app/immutable/')
      }
      await vi.waitFor(answers, patience)
      const api = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ __typename }' }),
      })
      expect(await api.json()).toMatchObject({ data: { __typename: 'Query' } })
    })

    test('of the configuration apply its files', async ({ skip }) => {
      const job = find('Job', 'configuration')
      for (const [name, text] of Object.entries(find('ConfigMap', 'configuration').data ?? {})) {
        await writeFile(join(node.directory, 'configuration', name), text)
      }
      const program = await node.start(job)
      const { code } = await program.ended
      skip(/unknown command/.test(program.output()), 'this version has no command apply')
      expect(code, program.output()).toBe(0)
    })
  },
)
