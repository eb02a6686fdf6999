/** Turns the Markdown of the reference into HTML with anchors, and lists its names. */
import { Marked, type Token, type Tokens } from 'marked'
import { toAnchor } from '../src/lib/reference/anchor.ts'
import { type Entry, memberId, type ReferenceIndex, type ReferencePage } from '../src/lib/reference/names.ts'

const INDEX = 'README'
const PATH = '/reference'
/** Types that plugins generate. */
const generated = /\b(?:Mutation|Query|[A-Z])\w+(?:Result|Success|Connection)\b/g

/** The index and the pages, of documents by their names. */
export function renderReference(documents: ReadonlyMap<string, string>) {
  const names = [...documents.keys()].filter((name) => name !== INDEX)
  const entries = names.flatMap((name) => entriesOf(name, documents.get(name) ?? ''))
  const places = new Map(entries.map(({ name, page }) => [name, `${PATH}/${page}#${toAnchor(name)}`]))
  const index: ReferenceIndex = { html: render(documents.get(INDEX) ?? '', INDEX, places).html, entries }
  const pages = names.map((name) => [name, render(documents.get(name) ?? '', name, places)] as const)
  return { index, pages }
}

const isHeading = (token: Token): token is Tokens.Heading => token.type === 'heading'
const isTable = (token: Token): token is Tokens.Table => token.type === 'table'

/** The name in the first cell of a row. */
const memberOf = ([first]: readonly Tokens.TableCell[]) => /^`-*([^`, ]+)/.exec(first?.text ?? '')?.[1]

function entriesOf(page: string, markdown: string): Entry[] {
  const entries: { name: string; page: string; members: string[]; parts: string[] }[] = []
  let entry: (typeof entries)[number] | undefined
  for (const token of new Marked().lexer(markdown)) {
    if (isHeading(token) && token.depth < 3) entry = undefined
    else if (isHeading(token)) {
      entry = { name: token.text, page, members: [], parts: [] }
      entries.push(entry)
    } else {
      entry?.parts.push(...(token.raw.match(generated) ?? []))
      if (isTable(token)) entry?.members.push(...token.rows.flatMap((row) => memberOf(row) ?? []))
    }
  }
  const headings = new Set(entries.map(({ name }) => name))
  return entries.map(({ parts, members, ...rest }) => ({
    ...rest,
    members: [...new Set(members)],
    parts: [...new Set(parts)].filter((part) => !headings.has(part)),
  }))
}

function render(markdown: string, page: string, places: ReadonlyMap<string, string>): ReferencePage {
  const tokens = new Marked().lexer(markdown)
  const [title, about, ...rest] = tokens.filter(({ type }) => type !== 'space' && type !== 'html')
  const sections: { title: string; id: string; names: { name: string; id: string }[] }[] = []
  for (const token of rest) {
    if (!isHeading(token)) continue
    const { text, depth } = token
    const id = toAnchor(text)
    if (depth === 2) sections.push({ title: text, id, names: [] })
    else if (depth === 3) sections.at(-1)?.names.push({ name: shorten(text), id })
  }
  const textOf = (token: Token | undefined) => (token && 'text' in token ? String(token.text) : '')
  return {
    title: textOf(title),
    about: textOf(about).replaceAll('`', ''),
    html: rendererOf(page, places).parser(rest),
    sections,
  }
}

/** A name below its section. */
const shorten = (name: string) =>
  name.replace(/^(Query|Mutation|Subscription)\./, '').replace(' /api/v1/', ' /')

const withoutLinks = (text: string) => text.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')

function rendererOf(page: string, places: ReadonlyMap<string, string>): Marked {
  let heading = ''
  const used = new Set<string>()
  const idOf = (name: string | undefined) => {
    const id = name === undefined || heading === '' ? undefined : memberId(heading, name)
    if (id === undefined || used.has(id)) return ''
    used.add(id)
    return ` id="${escapeHtml(id)}"`
  }
  return new Marked({
    renderer: {
      heading({ text, tokens, depth }) {
        heading = depth > 2 ? text : ''
        return `<h${depth} id="${toAnchor(withoutLinks(text))}">${this.parser.parseInline(tokens)}</h${depth}>\n`
      },
      link({ href, tokens }) {
        const text = this.parser.parseInline(tokens)
        const address = addressOf(href, page)
        return address === undefined ? text : `<a href="${escapeHtml(address)}">${text}</a>`
      },
      code: ({ text, lang }) =>
        `<pre><code>${lang === 'graphql' ? linkTypes(text, places) : escapeHtml(text)}</code></pre>\n`,
      table({ header, rows }) {
        const cell = ({ tokens }: Tokens.TableCell) => this.parser.parseInline(tokens)
        const head = header.map((each) => `<th scope="col">${cell(each)}</th>`).join('')
        const body = rows.map(
          (row) => `<tr${idOf(memberOf(row))}>${row.map((each) => `<td>${cell(each)}</td>`).join('')}</tr>`,
        )
        return `<table><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table>\n`
      },
    },
  })
}

/** Undefined for documents that the console does not have. */
function addressOf(href: string, page: string): string | undefined {
  if (href.startsWith('https:')) return href
  if (href.startsWith('../')) return undefined
  const [file = '', anchor] = href.split('#')
  const target = file === '' ? page : file.replace('.md', '')
  const path = target === INDEX ? PATH : `${PATH}/${target}`
  return anchor === undefined ? path : `${path}#${anchor}`
}

/** The types of a signature as links. */
const linkTypes = (text: string, places: ReadonlyMap<string, string>) =>
  escapeHtml(text).replace(/\b[A-Z]\w+/g, (name) => {
    const address = places.get(name)
    return address === undefined ? name : `<a href="${address}">${name}</a>`
  })

const escapeHtml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
