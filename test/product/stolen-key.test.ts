/** The runbook of a stolen key in docs/operations.md, with an exporter, nginx and mirrors: nothing sends what the key signed. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { entityId } from '#test/federation/publisher.ts'
import { relyingPartyNamed, startEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { connectAdmin, prepareInstallation, startProduct } from '#test/helpers/product.ts'
import { type Program, run, runCommand } from '#test/helpers/program.ts'
import { ask, isInstalled, startProxy } from '#test/helpers/proxy.ts'
import { filesOf } from '#test/helpers/proxy-rows.ts'
import { startRedis } from '#test/helpers/redis.ts'
import { startCommandServer } from '../docs/command-server.ts'
import { root } from '../docs/document.ts'
import { serveFolder } from '../federation/mirror/mirrored.ts'
import { mutate } from './mutation.ts'

const markType = `${entityId}/marks/member`
const member = inFile(() =>
  startEntity({ metadata: relyingPartyNamed('Service'), authorityHints: [entityId] }),
)

/** The shell blocks of a step of the runbook. */
async function readStep(number: number): Promise<string> {
  const text = await readFile(root('docs/operations.md'), 'utf8')
  const [, section = ''] = /^## The signing key is compromised\n(.*?)^## /ms.exec(text) ?? []
  const [, step = ''] = new RegExp(`^${number}\\. (.*?)(?=^\\d\\. |(?![\\s\\S]))`, 'ms').exec(section) ?? []
  return [...step.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, lines]) => lines).join('')
}

type Mirror = { path: string; source: string; options: string[]; program: Program; url: string }

async function startMirror(given: Omit<Mirror, 'program' | 'url'>): Promise<Mirror> {
  const { source, path, options } = given
  const serving = ['--serve', '127.0.0.1:0', '--every', '1', '--allow-http']
  const program = run('server/cli/inmor.ts', ['mirror', source, path, ...serving, ...options])
  const [, url = ''] = await program.printed(/Serving at (\S+)/)
  await program.printed(/^Manifest \d+/m)
  return { ...given, program, url }
}

async function startSite(directory: string) {
  const redis = await startRedis()
  const installation = await prepareInstallation()
  const environment = { TA_DOMAIN: entityId, REDIS_URL: redis.url, ALLOW_HTTP: 'true' }
  const product = await startProduct(installation, environment)
  const admin = await connectAdmin(installation)
  await mutate(admin, 'createTrustMarkType', { type: markType, statusList: true }, 'type')
  await mutate(admin, 'registerSubordinate', { entityId: member.id }, 'entityId')
  await mutate(admin, 'issueTrustMark', { trustMarkType: markType, entityId: member.id }, 'id')
  const files = filesOf(directory)
  const exporter = run('federation/export/main.ts', [files], {
    environment: { ...environment, KEYS_DIR: join(installation.dataDirectory, 'keys') },
  })
  await exporter.printed(/was compared/)
  const { port } = new URL(installation.federationUrl)
  const edge = await startProxy('nginx edge', directory, { ta: Number(port), admin: 0 }, '')
  const source = await serveFolder(files)
  const commands = await startCommandServer(join(directory, 'commands.sock'))
  return {
    files,
    source: source.url,
    mirrors: [
      await startMirror({ path: join(directory, 'by-http'), source: source.url, options: ['--withdraw'] }),
      await startMirror({ path: join(directory, 'by-folder'), source: files, options: ['--withdraw'] }),
      await startMirror({ path: join(directory, 'frozen'), source: files, options: [] }),
    ] as const,
    fromEdge: async (path: string) => (await ask(edge, edge.ports.ta, path)).body,
    /** As an operator types it, with these words instead of those of the document. */
    async play(script: string, words: Record<string, string> = {}): Promise<void> {
      let text = script
        .replaceAll('docker compose exec -T admin inmor', commands.command)
        .replaceAll('inmor mirror ', `${commands.command} mirror --allow-http `)
      for (const [from, to] of Object.entries(words)) text = text.replaceAll(from, to)
      const shell = runCommand('sh', ['-ec', `cd ${directory}\n${text}`], {
        environment: {
          PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
          ...installation.environment,
          ...environment,
          ...commands.environment,
        },
      })
      expect((await shell.ended).code, shell.output()).toBe(0)
    },
    async close() {
      await product.stop()
      await Promise.all([edge.close(), source.close(), redis.close()])
      commands.close()
    },
  }
}

let directory = ''
let site: Awaited<ReturnType<typeof startSite>>

beforeEach(async ({ skip }) => {
  if (!(await isInstalled('nginx edge'))) skip('nginx is not installed here')
})
beforeAll(async () => {
  if (!(await isInstalled('nginx edge'))) return
  directory = await mkdtemp(join(tmpdir(), 'inmor-stolen-'))
  site = await startSite(directory)
})
afterAll(async () => {
  await site?.close()
  if (directory) await rm(directory, { recursive: true })
})

const query = (path: string, parameters: Record<string, string>) =>
  `${path}?${new URLSearchParams(parameters)}`
const paths = () => [
  '/.well-known/openid-federation',
  query('/fetch', { sub: member.id }),
  query('/trust_mark', { trust_mark_type: markType, sub: member.id }),
  query('/resolve', { sub: member.id, trust_anchor: entityId }),
  '/status_list/1',
  '/historical_keys',
  '/export/manifest.jwt',
]
const kidOf = (text: string) => (text.startsWith('ey') ? decodeProtectedHeader(text).kid : undefined)

/** Which answers and files have a signature of the key. */
async function signedWith(kid: string | undefined, places: readonly string[], url?: string) {
  const found: string[] = []
  for (const place of places) {
    for (const name of await readdir(place, { recursive: true })) {
      const text = await readFile(join(place, name), 'utf8').catch(() => '') // a folder, or gone
      if (kidOf(text) === kid) found.push(join(place, name))
    }
  }
  for (const path of paths()) {
    if (kidOf(await site.fromEdge(path)) === kid) found.push(path)
    if (url && kidOf(await (await fetch(`${url}${path}`)).text()) === kid) found.push(`${url}${path}`)
  }
  return found
}

test('the runbook leaves nothing that the key signed, and the mirrors go on', async () => {
  const { files, mirrors, play } = site
  const stolen = kidOf(await site.fromEdge('/.well-known/openid-federation'))
  const [byHttp, byFolder, frozen] = mirrors
  for (const { url } of mirrors) {
    for (const path of paths().filter((each) => !each.startsWith('/historical')))
      expect(kidOf(await (await fetch(`${url}${path}`)).text()), path).toBe(stolen)
  }
  await play(await readStep(1))
  const withdrawn = [files, byHttp.path, byFolder.path]
  await expect.poll(() => signedWith(stolen, withdrawn, byHttp.url), { interval: 200 }).toEqual([])
  for (const { program } of mirrors)
    await program.printed(/(Withdrawn|Kept as it was): .*cannot be trusted.* --once --jwks FILE/)
  expect((await fetch(`${byFolder.url}${paths()[0]}`)).status).toBe(503)
  expect(kidOf(await (await fetch(`${frozen.url}${paths()[0]}`)).text())).toBe(stolen)

  await play(await readStep(2))
  const [print = '', pull = ''] = (await readStep(3)).split(/(?<=\n)(?=inmor mirror)/)
  await play(print)
  for (const { program, source, path } of mirrors) {
    program.kill('SIGTERM')
    await program.ended
    await play(pull, {
      'https://ta.example.org': source,
      '/srv/mirror': path,
      'anchor-keys': join(directory, 'anchor-keys'),
    })
  }
  const again = await Promise.all(
    mirrors.map(({ path, source, options }) => startMirror({ path, source, options })),
  )
  for (const { path, url } of again) {
    expect(await signedWith(stolen, [path], url)).toEqual([])
    for (const each of [
      query('/fetch', { sub: member.id }),
      query('/trust_mark', { trust_mark_type: markType, sub: member.id }),
    ])
      await expect.poll(async () => (await fetch(`${url}${each}`)).text()).toBe(await site.fromEdge(each))
  }
})
