/** Tests the reference of the console: its HTML, and how names are found. */
import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { findName, nearestSearch, searchNames } from '#lib/reference/names.ts'
import { renderReference } from '../../web/vite/reference-page.ts'

const index =
  '# Reference\n\n<!-- Made. -->\n\nAll of it.\n\n## [Houses](houses.md)\n\n[`build`](houses.md#mutationbuild)\n'
const houses = `# Houses

<!-- Made. -->

Houses and \`huts\`.

See [the API](../api.md#rest).

## Mutations

### Mutation.build

Builds | \`a|b\` \\<b\\>.

\`\`\`graphql
build(input: BuildInput!, size: Map<Unknown>): BuildResult!
\`\`\`

- Result: \`BuildSuccess\` with \`data\` ([\`House!\`](#house)).

#### BuildInput

| field | type | what it is |
| --- | --- | --- |
| \`floors\` | [\`Int!\`](common.md#int) | The number. |

## Objects

### House

| field | type | what it is |
| --- | --- | --- |
| \`floors\` | [\`Int!\`](common.md#int) | The number. |
| \`floors\` | [\`Int!\`](common.md#int) | Again. |
| \`--all-of\` | | An option. |
`
const made = renderReference(
  new Map([
    ['README', index],
    ['houses', houses],
  ]),
)
const { entries } = made.index
const [[, page] = []] = made.pages
const html = page?.html ?? ''

describe('the HTML', () => {
  test('has the title, the purpose and the sections apart', () => {
    expect(page).toMatchObject({
      title: 'Houses',
      about: 'Houses and huts.',
      sections: [
        { title: 'Mutations', id: 'mutations', names: [{ name: 'build', id: 'mutationbuild' }] },
        { title: 'Objects', id: 'objects', names: [{ name: 'House', id: 'house' }] },
      ],
    })
    expect(html).not.toMatch(/<h1|Made|huts/)
  })

  test('links within the reference, and nowhere else', () => {
    expect(html).toContain('<a href="/reference/houses#house"><code>House!</code></a>')
    expect(html).toContain('<a href="/reference/common#int">')
    expect(html).toContain('<p>See the API.</p>')
    expect(made.index.html).toContain('<h2 id="houses"><a href="/reference/houses">Houses</a></h2>')
  })

  test('links the known types of a signature, and escapes the rest', () => {
    expect(html).toContain(
      '<pre><code>build(input: <a href="/reference/houses#buildinput">BuildInput</a>!, size: Map&lt;Unknown&gt;): BuildResult!</code></pre>',
    )
    expect(html).toContain('&lt;b&gt;')
  })

  test('gives each row an id, once', () => {
    expect(html.match(/id="house\.floors"/g)).toHaveLength(1)
    expect(html).toContain('<tr id="buildinput.floors">')
    expect(html).toContain('<tr id="house.all-of">')
  })

  test('has no inline style, which the policy refuses', () => {
    expect(html).not.toMatch(/style=|<script|align=/)
  })
})

describe('a name', () => {
  test.each([
    ['House', 'house'],
    ['House.floors', 'house.floors'],
    ['Mutation.build', 'mutationbuild'],
    ['build', 'mutationbuild'],
    ['BuildInput.floors', 'buildinput.floors'],
    ['BuildResult', 'mutationbuild'],
    ['BuildSuccess.data', 'mutationbuild'],
  ])('%s is found', (name, id) => {
    expect(findName(entries, name)).toMatchObject({ page: 'houses', id })
  })

  test.each(['', 'house', 'House.', 'House.roof', 'Houses', 'constructor', 'Query.build'])(
    '%j is not found',
    (name) => {
      expect(findName(entries, name)).toBeUndefined()
    },
  )

  test.each([
    ['HouseBoat', 'House'],
    ['Query.floorsBelow', 'floors'],
    ['House.floor', 'House.floor'],
    ['zzz', ''],
    ['', ''],
  ])('%j that is unknown is searched for as %j', (name, text) => {
    expect(nearestSearch(entries, name)).toBe(text)
  })

  test('is searched for by its words, in any case', () => {
    expect(searchNames(entries, 'house FLOORS').map(({ name }) => name)).toEqual(['House.floors'])
    expect(searchNames(entries, 'build').map(({ name }) => name)).toEqual([
      'BuildInput',
      'Mutation.build',
      'BuildInput.floors',
    ])
  })
})

test('in the real reference every link leads to an element of a page', async () => {
  const folder = new URL('../../docs/reference/', import.meta.url)
  const files = (await readdir(folder)).filter((name) => name.endsWith('.md'))
  const read = async (file: string) =>
    [file.replace('.md', ''), await readFile(new URL(file, folder), 'utf8')] as const
  const real = renderReference(new Map(await Promise.all(files.map(read))))
  const pages = new Map(real.pages.map(([name, { html: text }]) => [name, text]))
  const ids = new Map(
    [...pages].map(([name, text]) => [
      name,
      new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)),
    ]),
  )
  let links = 0
  for (const text of [real.index.html, ...pages.values()]) {
    for (const [, name = '', id] of text.matchAll(/href="\/reference\/([\w-]+)(?:#([^"]+))?"/g)) {
      links += 1
      expect(pages.has(name), name).toBe(true)
      if (id) expect(ids.get(name)?.has(id), `${name}#${id}`).toBe(true)
    }
  }
  expect(links).toBeGreaterThan(1000)
  for (const { name, page: on, members } of real.index.entries)
    for (const each of [name, ...members.map((member) => `${name}.${member}`)])
      expect(ids.get(on)?.has(findName(real.index.entries, each)?.id ?? ''), each).toBe(true)
})
