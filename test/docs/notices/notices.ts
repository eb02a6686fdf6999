/** Prints THIRD-PARTY-NOTICES.md: the packages that we ship, with their copyright and the text of their licences. */
import { readdir, readFile } from 'node:fs/promises'
import { z } from 'zod'
import { root } from '../document.ts'
import { type Shipped, shippedPackages } from './shipped.ts'
import { type LicenceText, readText } from './text.ts'

const title = `# Third-party notices

These packages are what the servers need at run time and what the console contains; an image has a part of them. Each
licence text is here once, below the packages that carry it. [LICENSE](LICENSE) is the licence of Inmor itself.
\`npm run docs\` prints this file from the lock files.
`

const author = z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)])
const manifest = z.object({ author: author.optional().catch(undefined) })

/** Bundled into a package, without a manifest of their own: their names, licence and owners, as their projects say. */
const bundled = [
  'graphiql, MIT, GraphQL Contributors, inside @graphql-yoga/render-graphiql',
  'monaco-editor, MIT, Microsoft Corporation, inside @graphql-yoga/render-graphiql',
  'react and react-dom, MIT, Meta Platforms, Inc. and affiliates, inside @graphql-yoga/render-graphiql',
].map((text) => `- ${text}`)

type Carried = { of: Shipped; copyright: string[] }
type Group = { body: string; carried: Carried[] }

export async function noticesDocument(): Promise<string> {
  const groups = new Map<string, Group>()
  const without: string[] = []
  for (const of of await shippedPackages()) {
    const texts = await textsOf(of)
    if (texts.length === 0) without.push(await itemWithout(of))
    for (const { key, body, copyright } of texts) {
      const group = groups.get(key) ?? { body, carried: [] }
      group.carried.push({ of, copyright })
      groups.set(key, group)
    }
  }
  const sections = [...groups.values()].sort((a, b) => b.carried.length - a.carried.length).map(section)
  return [title, ...sections, sectionWithout([...without, ...bundled])].join('\n')
}

/** Of the files that a licence demands to keep. */
async function textsOf({ folder }: Shipped): Promise<LicenceText[]> {
  const files = (await readdir(root(folder))).filter((name) =>
    /^(licen[cs]e|copying|notice)([.-].*)?(?<!\.[cm]?[jt]s|\.json|\.html)$/i.test(name),
  )
  const texts = await Promise.all(files.sort().map((name) => readFile(root(`${folder}/${name}`), 'utf8')))
  return texts.map(readText).filter(({ key }) => key !== '')
}

function section({ body, carried }: Group): string {
  const licences = new Set(carried.map(({ of }) => of.license ?? 'no licence named'))
  const items = carried.map(({ of, copyright }) =>
    [`- ${of.name} ${of.version}`, copyright.join('; ')].filter((part) => part !== '').join(': '),
  )
  return [`## ${[...licences].join(', ')}`, '', ...items, '', '```text', body, '```', ''].join('\n')
}

/** A package that only names its licence: its author instead of a copyright line. */
async function itemWithout({ name, version, license = 'no licence', folder }: Shipped): Promise<string> {
  const { author } = manifest.parse(JSON.parse(await readFile(root(`${folder}/package.json`), 'utf8')))
  return [`- ${name} ${version}`, license, author].filter(Boolean).join(', ')
}

function sectionWithout(items: readonly string[]): string {
  return [
    '## Packages without a licence text',
    '',
    'They name their licence in package.json only, or are inside another package. Its text is above.',
    '',
    ...items,
    '',
  ].join('\n')
}
