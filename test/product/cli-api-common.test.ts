/** Tests what commands of the API have in common: pages, the anchor, rights, the address and the key, and completion. */
import { expect, test } from 'vitest'
import { cliCaller } from '#server/identity/caller.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { inmor } from '#test/helpers/product.ts'
import { servedStatement, startLeaf } from '#test/helpers/subordinate.ts'
import { apiCommandsInFile, linesOf, objectsOf, succeed } from './api-commands.ts'

const { admin, far, asViewer, near } = apiCommandsInFile()
const leaf = () => startLeaf(admin)

test('export writes everything, page by page', async () => {
  const { db } = admin.server
  await succeed(far, ['subordinate', 'register', '--entity-id', (await leaf()).id])
  const row = await db.subordinate.findFirstOrThrow({ omit: { id: true } })
  const data = Array.from({ length: 250 }, (_none, number) => ({
    ...row,
    entityId: `https://many.example.org/${String(number).padStart(3, '0')}`,
  }))
  await db.subordinate.createMany({ data: data as never[] }) // JSON columns read as they are written
  try {
    const rows = objectsOf(await succeed(far, ['subordinate', 'export', '--search=many.example']))
    expect(rows.map(({ entityId }) => entityId)).toEqual(data.map(({ entityId }) => entityId))
    expect(rows[0]).toMatchObject({ jwks: { keys: [{}] }, metadata: {} })
    expect(linesOf(await succeed(far, ['subordinate', 'export', '--limit=120']))).toHaveLength(120)
  } finally {
    await db.subordinate.deleteMany({ where: { entityId: { startsWith: 'https://many.' } } })
  }
})

test('a command names its anchor, and numbers are those of this anchor', async () => {
  await makeAnchor(admin, 'test')
  const anchor = '--anchor=test'
  for (const run of [far, near]) {
    const shown = objectsOf(await succeed(run, ['anchor', 'list', '--json'])).map(({ slug }) => slug)
    expect(shown).toEqual(['main', 'test'])
    const none = await run(['organization', 'create', '--name=Kiruna'])
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('(ANCHOR_REQUIRED)') })
    const created = await succeed(run, ['organization', 'create', '--name=Kiruna', anchor])
    const [, number = ''] = /^id: +(\d+)$/m.exec(created) ?? []
    expect(await succeed(run, ['organization', 'show', number, anchor])).toMatch(/^name: +Kiruna$/m)
    await succeed(run, ['organization', 'remove', number, anchor])
  }
  expect(await succeed(far, ['anchor', 'pause', 'test'])).toMatch(/^slug: +test\n/)
  await succeed(far, ['anchor', 'remove', 'test'])
})

test('another role is refused, as in the console', async () => {
  const listed = await succeed(asViewer, ['subordinate', 'list'])
  expect(listed).toMatch(/^ENTITY ID /)
  const { code, stderr } = await asViewer(['organization', 'create', '--name=x'])
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'An API key of the role viewer does not allow this. (FORBIDDEN)\n',
  })
})

test.each([
  [{ INMOR_KEY: '' }, 'Set INMOR_KEY to an API key.\n'],
  [{ INMOR_KEY_FILE: '/nowhere/key' }, 'INMOR_KEY_FILE cannot be read: Error: ENOENT'],
  [{ INMOR_KEY: 'x', INMOR_URL: 'admin' }, 'INMOR_URL is not a URL: admin.\n'],
])('without an address and a key, with %j, nothing is asked', async (variables, sentence) => {
  const environment = { INMOR_URL: admin.adminUrl, ...variables } as Record<string, string>
  const { code, stderr } = await inmor({ environment }, ['run', 'list'])
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(sentence) })
})

test('an API that is not there ends with 4', async () => {
  const call = (INMOR_URL: string) => inmor({ environment: { INMOR_URL, INMOR_KEY: 'x' } }, ['run', 'list'])
  const away = await call('http://127.0.0.1:9')
  expect(away).toMatchObject({ code: 4, stdout: '' })
  expect(away.stderr).toMatch(/^http:\/\/127\.0\.0\.1:9\/graphql cannot be reached: .*\.\n$/)
  const other = await call(admin.entityId)
  expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('not as the API of Inmor') })
})

test('a person of an organization is invited, changed and removed, and requests are decided', async () => {
  const { services } = admin.server
  const { id } = await services.organizations.create(cliCaller('test'), { name: 'Lund' })
  const number = String(id)
  const email = 'anna@lu.example'
  const invited = await succeed(near, ['organization', 'invite', number, '--email', email, '--name=Anna'])
  expect(invited).toMatch(RegExp(`^invitation link: +${admin.adminUrl}/invitation#[\\w-]{43}$`, 'm'))
  await succeed(near, ['organization', 'update-person', number, '--user-id', email, '--may-invite'])
  const member = { ...cliCaller('x'), name: email, method: 'session' as const }
  const { id: entityId } = await leaf()
  const submitted = { kind: 'REGISTER', entityId, organizationId: id } as const
  const { id: request } = await services.requests.submit(member, submitted)
  const open = await succeed(near, ['request', 'list', '--open'])
  expect(open).toMatch(RegExp(`\n${request} +WAITING_FOR_OPERATOR +REGISTER +${entityId} `))
  await succeed(near, ['request', 'return', String(request), '--message=Which service is it?'])
  expect(await succeed(near, ['request', 'approve', String(request)])).toMatch(/^state: +APPROVED$/m)
  expect(await servedStatement(admin, entityId)).toMatchObject({ sub: entityId })
  await succeed(near, ['organization', 'remove-person', number, '--user-id', email])
  const shown = JSON.parse(await succeed(near, ['organization', 'show', number, '--json']))
  expect(shown.people).toEqual([])
})

test('a shell completes nouns, verbs and options', async () => {
  const bash = await succeed(far, ['completion', 'bash'])
  expect(bash).toMatch(/^ {4}"subordinate register "\*\) words="[^"]* --entity-id [^"]*"/m)
  expect(bash).toMatch(/^ {4}\*\) words="[^"]*\brestore\b[^"]*\bsubordinate\b/m)
  expect(await succeed(far, ['completion', 'zsh'])).toContain(bash)
  expect(await succeed(far, ['completion', 'fish'])).toContain('-l entity-id\n')
})
