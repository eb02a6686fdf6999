/** Tests what the admin server answers at the console's addresses before and after the console is built. */
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { consolePages } from '#server/plugins/console.ts'

type Place = { app: FastifyInstance; root: string; setBeingBuilt(value: boolean): void }

async function serve(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'inmor-console-'))
  const root = join(folder, 'build')
  const app = Fastify()
  let isBeingBuilt = true
  await consolePages(app, { root, isBeingBuilt: () => isBeingBuilt })
  onTestFinished(async () => {
    await app.close()
    await rm(folder, { recursive: true })
  })
  return {
    app,
    root,
    setBeingBuilt(value) {
      isBeingBuilt = value
    },
  }
}

/** As the build does: complete, then in its place. */
async function build(root: string): Promise<void> {
  const unfinished = `${root}.unfinished`
  await mkdir(join(unfinished, '_app/immutable'), { recursive: true })
  await writeFile(join(unfinished, '200.html'), '<h1>Inmor</h1>')
  await writeFile(join(unfinished, '_app/immutable/bundle.js'), 'start()')
  await rename(unfinished, root)
}

test.each(['/', '/subordinates', '/trust-marks/1?tab=keys'])(
  '%s says that the console is being built',
  async (url) => {
    const { app } = await serve()
    const { statusCode, headers, body } = await app.inject(url)
    expect(statusCode).toBe(503)
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      refresh: '4',
      'retry-after': '4',
    })
    expect(body).toContain('The console is being built')
    expect(body).not.toMatch(/<script|https?:/)
  },
)

test.each(['/api/nothing', '/graphql/nothing', '/_app/immutable/bundle.js'])(
  '%s stays absent',
  async (url) => {
    const { app } = await serve()
    const { statusCode, body } = await app.inject(url)
    expect({ statusCode, body: JSON.parse(body) }).toEqual({
      statusCode: 404,
      body: { message: `There is no endpoint at ${url}.` },
    })
  },
)

test('says how to build it when nothing does', async () => {
  const { app, setBeingBuilt } = await serve()
  setBeingBuilt(false)
  const { statusCode, headers, body } = await app.inject('/')
  expect({ statusCode, refresh: headers.refresh }).toEqual({ statusCode: 503, refresh: '4' })
  expect(body).toContain('The console is not built')
  expect(body).toContain('npm run build')
})

test('serves the console when it is there, without a restart', async () => {
  const { app, root } = await serve()
  expect((await app.inject('/')).statusCode).toBe(503)
  await build(root)
  for (const url of ['/', '/subordinates']) {
    const { statusCode, headers, body } = await app.inject(url)
    expect({ statusCode, body }).toEqual({ statusCode: 200, body: '<h1>Inmor</h1>' })
    expect(headers).toMatchObject({ 'cache-control': 'no-cache' })
    expect(headers).not.toHaveProperty('refresh')
  }
  const script = await app.inject('/_app/immutable/bundle.js')
  expect(script).toMatchObject({ statusCode: 200, body: 'start()' })
  expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable')
})
