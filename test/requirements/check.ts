/** Checks the tables against the test files: every requirement has a test, and every test named exists. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Chapter, Evidence, Requirement } from './requirement.ts'

const root = new URL('../../', import.meta.url)
const texts = new Map<string, string | undefined>()

/** The requirements that concern us and that no test shows. */
export function untested({ requirements }: Chapter): Requirement[] {
  return requirements.filter(({ by, notOurs }) => by.length === 0 && notOurs === undefined)
}

/** A sentence for every reference that leads nowhere. */
export function brokenReferences({ requirements }: Chapter): string[] {
  return requirements.flatMap(({ section, by }) =>
    by.flatMap((evidence) => missingTests(evidence).map((fault) => `§${section}: ${fault}`)),
  )
}

/** A sentence for each test and each row of its table that does not exist. */
export function missingTests({ file, title, rows }: Evidence): string[] {
  const text = readTest(file)
  if (text === undefined) return [`${file} does not exist`]
  if (!holdsTest(text, title)) return [`${file} has no test with the title "${title}"`]
  return rows.filter((row) => !holdsRow(text, row)).map((row) => `${file} has no table with the row "${row}"`)
}

function readTest(file: string): string | undefined {
  if (!texts.has(file)) {
    const path = fileURLToPath(new URL(file, root))
    texts.set(file, existsSync(path) ? readFileSync(path, 'utf8') : undefined)
  }
  return texts.get(file)
}

/** A title is the first argument of `it` or `test`, or of what their `each` and `for` return. */
function holdsTest(text: string, title: string): boolean {
  const called = '(?:\\b(?:it|test)|(?<!describe\\.(?:each|for)\\([^()]*)\\))'
  return new RegExp(`${called}\\(\\s*${literal(title)}\\s*,`).test(text)
}

/** A row is labelled by a string that stands alone between the brackets and commas of an array. */
function holdsRow(text: string, row: string): boolean {
  return new RegExp(`[[,(]\\s*${literal(row)}\\s*[\\],]`).test(text)
}

/** The text as a string literal, in whichever quotes it is written. */
function literal(text: string): string {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return `(?:'${escaped}'|"${escaped}"|\`${escaped}\`)`
}
