/**
 * Tests every command in the documentation, unchanged except for hosts, on a separate installation. The shell reads each
 * line; what follows `inmor` is executed in this process, as in the program.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { relyingParty, startEntity } from '#test/helpers/entity.ts'
import { below } from '#test/helpers/federation.ts'
import { folderInFile, inFile } from '#test/helpers/in-file.ts'
import { startOldInmor } from '#test/helpers/old-inmor.ts'
import { inmor, startProduct } from '#test/helpers/product.ts'
import { startCommandServer } from './command-server.ts'
import { engine, played, root, shellOf } from './document.ts'

/** The keys that lie in the key directory at first. */
let exposed: string[] = []

const product = inFile(startProduct)
const federation = inFile(() => below(product.installation.federationUrl).leaf().start())
const startMember = () =>
  startEntity({ metadata: relyingParty, authorityHints: [product.installation.federationUrl] })
/** The installation that docs/migration.md imports. */
const old = inFile(() => {
  const { federationUrl, dataDirectory } = product.installation
  return startOldInmor(federationUrl, join(dataDirectory, 'keys'))
})
const oldMember = inFile(startMember)
/** Registers as README.md says. */
const applicant = inFile(startMember)
const directory = folderInFile('inmor-docs')
const commands = inFile(() => startCommandServer(join(directory, 'commands.sock')))
beforeAll(async () => {
  await old.addSubordinate(oldMember)
  // As in the middle of a rollover, when a key may be stolen too: two keys are published.
  const run = (...args: string[]) => inmor(product.installation, ['keys', ...args, '--only=kid'])
  expect(await run('announce', '--alg', 'ES256')).toMatchObject({ code: 0 })
  exposed = (await run('list')).stdout.trim().split('\n')
  await cp(root('compose.production.example.yaml'), join(directory, 'compose.production.example.yaml'))
})

async function configuration(): Promise<string> {
  const response = await fetch(`${product.installation.federationUrl}/.well-known/openid-federation`)
  return response.text()
}

/** Without a Docker engine: the command line of this checkout, and the hosts of the installation. */
function translate(script: string): string {
  const { adminUrl, federationUrl, dataDirectory } = product.installation
  return withoutRepetitions(script)
    .replace(engine, ':')
    .replaceAll(' -e BACKUP_PASSPHRASE', '')
    .replaceAll('docker compose exec -T admin inmor', commands.command)
    .replaceAll('./inmor', commands.command)
    .replaceAll('curl ', 'curl --fail --silent --show-error ')
    .replaceAll(' docs/examples/', ` ${root('docs/examples/')}`)
    .replaceAll('/tmp/inmor.backup', join(directory, 'inmor.backup'))
    .replaceAll('/tmp/main.yaml', join(directory, 'main.yaml'))
    .replaceAll('keys/publickeys', join(dataDirectory, 'keys/publickeys'))
    .replaceAll('redis://old-redis:6379', old.redis.url)
    .replaceAll('postgresql://postgres@old-db:5432/postgres', old.database.url)
    .replaceAll('http://localhost:9110', applicant.id)
    .replaceAll('data/demo', dataDirectory)
    .replaceAll('http://localhost:8000', adminUrl)
    .replaceAll('http://localhost:8080', federationUrl)
    .replaceAll('https://admin.example.org', adminUrl)
    .replaceAll('https://ta.example.org', federationUrl)
    .replaceAll('https://rp.example.org', federation.leaf.id)
    .replaceAll('https://member.example.org', oldMember.id)
}

/** What was shown to work needs no second proof. */
function withoutRepetitions(script: string): string {
  const lines = script.split('\n')
  const isNew = (line: string, at: number) => lines.indexOf(line) === at || !line.includes(' admin inmor ')
  return lines.filter(isNew).join('\n')
}

async function run(script: string): Promise<{ code: number; output: string }> {
  const child = spawn('sh', ['-e', '-x', '-c', script], {
    cwd: directory,
    env: {
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      ...product.installation.environment,
      ...commands.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = await once(child, 'close')
  return { code, output: (await output).join('\n') }
}

describe('the commands', () => {
  test.each(played)('of %s', async (document) => {
    const { code, output } = await run(translate(await shellOf(document)))
    expect(code, output).toBe(0)
    // GraphQL reports errors in the body.
    expect(output).not.toMatch(/"errors":|"code":"/)
  })

  test('of a theft leave neither the stolen key published, nor the announced one that lay beside it', async () => {
    const [, payload = ''] = (await configuration()).split('.')
    const { jwks } = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const now = jwks.keys.map(({ kid }: { kid: string }) => kid)
    expect(exposed).toHaveLength(2)
    expect(now.filter((kid: string) => exposed.includes(kid))).toEqual([])
  })

  test('that need a Docker engine name existing files and services', async () => {
    const { services } = parse(await readFile(root('compose.yaml'), 'utf8'), { merge: true })
    const images = Object.values<{ image: string }>(services).map(({ image }) => image)
    for (const document of played) {
      for (const [line] of (await shellOf(document)).matchAll(engine)) {
        for (const [, file = ''] of line.matchAll(/-f (\S+)/g)) {
          expect(existsSync(root(file.replace('production.yaml', 'production.example.yaml')))).toBe(true)
        }
        const [, service] = /exec -T (\S+)/.exec(line) ?? []
        if (service) expect(Object.keys(services)).toContain(service)
        const [, image] = /docker run .* (\S+) \/app\//.exec(line) ?? []
        if (image) expect(images).toContain(image)
      }
    }
  })
})
