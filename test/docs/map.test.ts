/** Tests the documents against the tree: links, pictures, folders and the version of Node. */
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { documents, root } from './document.ts'
import { toAnchor } from './reference/markdown.ts'

const textOf = (document: string) => readFile(root(document), 'utf8')

test.each(await documents())('every link of %s leads to a file, and to a heading of it', async (document) => {
  for (const [, link = ''] of (await textOf(document)).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^https?:/.test(link)) continue
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? document : join(dirname(document), path)
    expect(existsSync(root(target)), `${document}: ${link}`).toBe(true)
    if (anchor === undefined) continue
    const headings = [...(await textOf(target)).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => text)
    expect(
      headings.map(toAnchor).filter((each) => each === anchor),
      `${document}: ${link}`,
    ).toHaveLength(1)
  }
})

test('CONTRIBUTING.md names files and folders that exist', async () => {
  const areas = 'prisma|server|federation|web|test|docs|deploy|\\.ci'
  const paths = (await textOf('CONTRIBUTING.md')).matchAll(RegExp(`\`((?:${areas})/[^\`<> ]*)\``, 'g'))
  const named = [...paths].map(([, path = '']) => path)
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((path) => !existsSync(root(path)))).toEqual([])
})

test('the indexes name every document', async () => {
  const folders = ['', 'docs/', 'docs/guide/', 'docs/decisions/', 'docs/reference/']
  const index = folders.map((folder) => `${folder}README.md`)
  const texts = (await Promise.all(index.map(textOf))).join('\n')
  for (const document of await documents()) {
    const name = document.split('/').at(-1) ?? ''
    if (!index.includes(document)) expect(texts, document).toContain(`${name})`)
  }
})

test('every picture is taken by `npm run screenshots`, and every picture of a document exists', async () => {
  const { places } = await import('#test/e2e/screenshot-places.ts')
  const { beginnersPlaces, portalPlaces } = await import('#test/e2e/screenshot-portal.ts')
  const taken = ['sign-in', ...[beginnersPlaces, portalPlaces, places].flatMap(Object.keys)]
  for (const file of await readdir(root('docs/screenshots'))) {
    expect(taken).toContain(file.replace(/(-dark|-phone)?\.png$/, ''))
  }
})

test('the map of README.md names every folder', async () => {
  const map = await textOf('README.md')
  const below = async (folder: string) => {
    const entries = await readdir(root(folder), { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${folder}/${name}`)
  }
  const folders = [...(await below('federation')), ...(await below('server'))]
  for (const folder of ['prisma', 'web', 'test', 'deploy', 'docs', ...folders]) {
    expect(map).toContain(`\`${folder}\``)
  }
})

test('README.md requires the version of Node that package.json does', async () => {
  const [version] = packageJson.engines.node.match(/\d+/) ?? []
  expect(await textOf('README.md')).toContain(`Node ${version} or newer`)
})
