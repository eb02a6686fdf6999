/** Tests how mirrors are announced and removed, what is refused, and what metrics say about them. */
import { beforeEach, expect, it } from 'vitest'
import type { Role } from '#server/identity/roles.ts'
import { adminInFile, startAdmin } from '#test/helpers/admin.ts'
import { inFile, inTest } from '#test/helpers/in-file.ts'
import { readMetrics } from '#test/helpers/metrics.ts'
import { freePort } from '#test/helpers/port.ts'
import { eachRow } from '#test/helpers/rows.ts'
import { openExport, openServedMirror } from './export.ts'

const metricsPort = await freePort()
const admin = adminInFile({}, { metricsPort })
const source = inFile(async () => {
  const exported = await openExport(admin)
  await exported.publish()
  return exported
})
const mirror = inFile(() => openServedMirror(source.url))
beforeEach(async () => void (await admin.server.db.mirror.deleteMany()))

/** Nothing listens there. */
const AWAY = 'http://127.0.0.1:1'

const announce = (input: object, as: Role = 'admin') =>
  admin.mutate('announceMirror', input, 'id url description state', as)
const remove = (id: string, as: Role = 'admin') => admin.mutate('removeMirror', { id }, '', as)
const list = async () => (await admin.execute('{ mirrors { id url } }', {}, 'viewer')).data.mirrors
const entryOf = (action: string) =>
  admin.server.db.auditEvent.findFirst({ where: { action }, orderBy: { id: 'desc' } })

it('keeps a mirror with what was found at once', {
  tags: ['mutation/announceMirror/success', 'mutation/announceMirror/audit'],
}, async () => {
  const announced = await announce({ url: `${mirror.url}/`, description: ' University of Lund ' })
  expect(announced).toMatchObject({ url: mirror.url, description: 'University of Lund', state: 'CURRENT' })
  expect(await list()).toEqual([{ id: announced.id, url: mirror.url }])
  expect(await entryOf('announceMirror')).toMatchObject({
    actor: 'admin',
    resourceType: 'Mirror',
    resource: mirror.url,
    after: { url: mirror.url, description: 'University of Lund' },
  })
})

it('keeps one that is away too, which may come later', async () => {
  expect(await announce({ url: AWAY })).toMatchObject({ url: AWAY, state: 'UNREACHABLE', description: null })
})

it('removes a mirror', {
  tags: ['mutation/removeMirror/success', 'mutation/removeMirror/audit'],
}, async () => {
  const { id } = await announce({ url: AWAY })
  expect(await remove(id)).toMatchObject({ ids: [id] })
  expect(await list()).toEqual([])
  expect(await entryOf('removeMirror')).toMatchObject({ resource: AWAY, before: { url: AWAY } })
})

it('refuses to remove what is not there', { tags: 'mutation/removeMirror/NotFoundError' }, async () => {
  expect(await remove(btoa('Mirror:4711'))).toMatchObject({ code: 'NOT_FOUND', path: ['input', 'id'] })
})

const long = 'x'.repeat(256)
const refused: [input: object, field: string, message: RegExp][] = [
  [{ url: 'http://mirror.example/?a=b' }, 'url', /has a query or a fragment/],
  [{ url: 'http://mirror.example/#a' }, 'url', /has a query or a fragment/],
  [{ url: `http://mirror.example/${long}` }, 'url', /The URL has \d+ characters\. At most 255/],
  [{ url: AWAY, description: long }, 'description', /must be one line with at most 200/],
  [{ url: AWAY, description: 'two\nlines' }, 'description', /must be one line/],
]
eachRow(refused, () => ['mutation/announceMirror/InvalidInputError'])(
  'refuses %j',
  async (input, field, message) => {
    expect(await announce(input)).toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', field],
      message: expect.stringMatching(message),
    })
    expect(await list()).toEqual([])
  },
)

it('refuses the same once more, and the twenty-first', {
  tags: 'mutation/announceMirror/ConflictError',
}, async () => {
  await announce({ url: `${AWAY}/0` })
  const conflict = { code: 'CONFLICT', path: ['input', 'url'] }
  for (const again of ['HTTP://127.0.0.1:1/0', `${AWAY}/0//`, `${AWAY}/a/../0`]) {
    expect(await announce({ url: again })).toMatchObject({
      ...conflict,
      message: `${AWAY}/0 is announced already.`,
    })
  }
  const others = Array.from({ length: 24 }, (_, at) => announce({ url: `${AWAY}/${at + 1}` }))
  const answers = await Promise.all(others)
  expect(answers.filter(({ code }) => code === undefined)).toHaveLength(19)
  expect(answers).toContainEqual(
    expect.objectContaining({ ...conflict, message: 'There are 20 mirrors already. Remove one first.' }),
  )
  expect(await list()).toHaveLength(20)
})

it('refuses viewers and operators', async () => {
  const { id } = await announce({ url: AWAY })
  for (const role of ['viewer', 'operator'] as const) {
    await expect(announce({ url: `${AWAY}/x` }, role)).rejects.toThrow(/not allow|role/i)
    await expect(remove(id, role)).rejects.toThrow(/not allow|role/i)
  }
})

it('looks at public addresses only, unless the installation allows others', async () => {
  const strict = await inTest(startAdmin({}, { allowHttp: false }))
  const at = (url: string) => strict.mutate('announceMirror', { url }, 'state problem', 'admin')
  expect(await at('http://mirror.example')).toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringMatching(/is not an https URL/),
  })
  expect(await at('https://10.0.0.1')).toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringMatching(/which is not a public address/),
  })
  expect(await at('https://localhost')).toMatchObject({
    state: 'UNREACHABLE',
    problem: expect.stringMatching(/which is not a public address/),
  })
})

it('says in the metrics how old each mirror is, and its state', async () => {
  await announce({ url: mirror.url })
  await announce({ url: AWAY })
  const { values } = await readMetrics(admin.server.metricsUrl)
  const [age, ...rest] = values('inmor_mirror_age_seconds')
  expect(age).toBeLessThan(300)
  expect(rest).toEqual([])
  expect(values('inmor_mirror_state', { mirror: mirror.url, state: 'current' })).toEqual([1])
  expect(values('inmor_mirror_state', { mirror: AWAY, state: 'unreachable' })).toEqual([1])
})

it('says so when Redis is away', { tags: 'mutation/announceMirror/UnavailableError' }, async () => {
  const other = await inTest(startAdmin())
  const exported = await inTest(openExport(other))
  await exported.publish()
  await other.redis.stop()
  const answer = await other.mutate('announceMirror', { url: exported.url }, 'state', 'admin')
  expect(answer).toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/^Redis cannot be reached/),
  })
})
