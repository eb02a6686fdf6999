/** Tests `npm run demo`, with a second start. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { crawlFederation, createAdminClient } from '#server/demo/admin-client.ts'
import { blocksOf, root } from '#test/docs/document.ts'
import { freePort, freePorts } from '#test/helpers/port.ts'
import { eventually, type Installation, makeInstallation } from '#test/helpers/product.ts'
import { descendants, type Program, run, survivors } from '#test/helpers/program.ts'

/** Without the applicant, which has the next port. */
const MEMBERS = 9

async function startDemo(installation: Installation, firstPort: number): Promise<Program> {
  const environment = { ...installation.environment, DEMO_PORT: String(firstPort) }
  const demo = run('server/demo/demo.ts', [], { environment })
  await demo.printed(/To try:[\s\S]+two levels down/)
  expect(demo.stderr()).toBe('')
  return demo
}

/** The members as it prints them: their Entity Identifiers by name. */
function membersOf(demo: Program): Map<string, string> {
  const lines = demo.stdout().matchAll(/^ +(http:\/\/localhost:\d+) {3}(\S+)$/gm)
  return new Map([...lines].map(([, entityId, name]) => [String(name), String(entityId)]))
}

async function resolve({ federationUrl }: Installation, sub: string): Promise<Record<string, unknown>> {
  const response = await fetch(
    `${federationUrl}/resolve?${new URLSearchParams({ sub, trust_anchor: federationUrl })}`,
  )
  const body = await response.text()
  expect({ sub, status: response.status, body }).toMatchObject({ status: 200 })
  return JSON.parse(Buffer.from(String(body.split('.')[1]), 'base64url').toString())
}

/** The entities of the collection endpoint. */
async function collected({ federationUrl }: Installation): Promise<string[]> {
  const { entities } = await (await fetch(`${federationUrl}/collection`)).json()
  return entities.map(({ entity_id }: { entity_id: string }) => entity_id).sort()
}

/** The first script of README.md as it is printed, apart from folder and ports. */
async function runReadme(installation: Installation, firstPort: number): Promise<string> {
  const [script = ''] = (await blocksOf('README.md')).flatMap(({ language, content }) =>
    language === 'sh' ? [content] : [],
  )
  const { adminUrl, federationUrl, dataDirectory } = installation
  const here = script
    .replace('data/demo', dataDirectory)
    .replaceAll('http://localhost:8000', adminUrl)
    .replaceAll('http://localhost:8080', federationUrl)
    .replaceAll('http://localhost:9110', `http://localhost:${firstPort + MEMBERS}`)
  const { stdout } = await promisify(execFile)(
    'sh',
    ['-e', '-c', here.replaceAll('curl ', 'curl -sS --fail ')],
    {
      cwd: root(),
      env: { PATH: process.env.PATH, ...installation.environment },
    },
  )
  return stdout
}

async function stop(demo: Program): Promise<void> {
  const children = await descendants(demo.pid)
  expect(children).not.toEqual([])
  demo.kill('SIGINT')
  expect(await demo.ended).toEqual({ code: 0, signal: null })
  expect(demo.stderr()).toBe('')
  await eventually(async () => expect(await survivors(children)).toEqual([]))
}

test('resolves all members, also below the Intermediate, and again after a second start', {
  tags: 'command/demo',
}, async () => {
  const [installation, firstPort] = [await makeInstallation(), await freePorts(MEMBERS + 1)]
  const { federationUrl } = installation
  const first = await startDemo(installation, firstPort)
  expect(first.stdout()).toMatch(/Password +\S+/)
  const members = membersOf(first)
  expect(members.size).toBe(MEMBERS)
  const listed: string[] = await (await fetch(`${federationUrl}/list`)).json()
  const answers = await Promise.all([...members.values()].map((sub) => resolve(installation, sub)))
  for (const [name, entityId] of members) {
    const answer = answers.find(({ sub }) => sub === entityId)
    const isBelow = ['hospital', 'patients', 'courses'].includes(name)
    expect(answer?.trust_chain).toHaveLength(isBelow ? 4 : 3)
    expect(listed.includes(entityId)).toBe(!isBelow)
  }
  const urls = [...first.stdout().matchAll(/curl -s '([^']+)'/g)].map(([, url]) => String(url))
  expect(urls).toHaveLength(5)
  for (const url of urls) expect((await fetch(url)).status).toBe(200)
  // The crawl has ended before the demo says what to try.
  expect(first.stdout()).not.toContain('not crawled')
  const everyone = [...members.values(), `${federationUrl}/edu`].sort()
  expect(await collected(installation)).toEqual(everyone)
  expect(await (await fetch(`${federationUrl}/test/list`)).json()).toEqual([members.get('library')])
  expect(await (await fetch(`${federationUrl}/edu/list`)).json()).toEqual([members.get('courses')])
  const marks = (answers.find(({ sub }) => sub === members.get('library'))?.trust_marks ?? []) as object[]
  expect(marks).toHaveLength(2)
  const registered = await runReadme(installation, firstPort)
  expect(registered).toContain('"__typename":"RegisterSubordinateSuccess"')
  await expect(resolve(installation, `http://localhost:${firstPort + MEMBERS}`)).resolves.toBeDefined()
  await stop(first)

  const second = await startDemo(installation, firstPort)
  expect(second.stdout()).not.toMatch(/Password/)
  expect(membersOf(second)).toEqual(members)
  await Promise.all([...members.values()].map((sub) => resolve(installation, sub)))
  expect(await collected(installation)).toEqual(expect.arrayContaining(everyone))
  await stop(second)
})

test('names a fault of the crawl, which does not stop the demo', async () => {
  const away = createAdminClient(`http://127.0.0.1:${await freePort()}`, 'key')
  expect(await crawlFederation(away)).toBe('fetch failed')
})

test.each([
  ['of a member', 'DEMO_PORT'],
  ['of the console', 'ADMIN_PORT'],
])(
  'ends with one sentence when the port %s is taken, and leaves nothing running',
  async (_what, variable) => {
    const [installation, firstPort] = [await makeInstallation(), await freePorts(MEMBERS + 1)]
    const occupied = variable === 'DEMO_PORT' ? firstPort + 3 : await freePort()
    const occupier = createServer().listen(occupied, 'localhost')
    await once(occupier, 'listening')
    const ports = {
      DEMO_PORT: String(firstPort),
      ...(variable === 'DEMO_PORT' ? {} : { [variable]: String(occupied) }),
    }
    const demo = run('server/demo/demo.ts', [], { environment: { ...installation.environment, ...ports } })
    expect(await demo.ended).toEqual({ code: 1, signal: null })
    expect(demo.stderr()).toMatch(RegExp(`^Port ${occupied} [^\\n]*in use[^\\n]*${variable}[^\\n]*\\n$`))
    occupier.close()
  },
)
