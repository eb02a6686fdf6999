/** Encodes lists of identifiers as JSON. A long list is kept in parts, of which a change makes only one again. */
import { crc32 } from 'node:zlib'
import type { Part } from '#store/list-page.ts'
import { type Body, encodeText, getLength, MAX_WHOLE } from './body.ts'

/** Pages in a part of the answer, on average. */
const PAGES = 8

const [OPENING, COMMA, CLOSING] = [Buffer.from('['), Buffer.from(','), Buffer.from(']')]

/** `until`: when the first of the items expires, in unix seconds. */
export async function encodeIds(parts: AsyncIterable<Part>): Promise<{ body: Body; until: number }> {
  const pages: Buffer[] = []
  let until = Infinity
  for await (const { ids, expires } of parts) {
    pages.push(ids)
    until = Math.min(until, expires)
  }
  if (getLength(pages) > MAX_WHOLE) return { body: joinLong(pages), until }
  return { body: encodeText(Buffer.concat([...join(OPENING, pages), CLOSING])), until }
}

const join = (lead: Buffer, pages: readonly Buffer[]) =>
  pages.length === 0 ? [lead] : pages.flatMap((page, at) => [at === 0 ? lead : COMMA, page])

function joinLong(pages: readonly Buffer[]): Buffer[] {
  const parts: Buffer[] = []
  let start = 0
  for (let end = 1; end <= pages.length; end++) {
    if (!isFirst(pages[end])) continue
    parts.push(joinPart(start === 0 ? OPENING : COMMA, pages.slice(start, end)))
    start = end
  }
  return [...parts, CLOSING]
}

/** Whether a page begins a part: decided by its text, so that it does not depend on the pages before. */
const isFirst = (page: Buffer | undefined) => page === undefined || crc32(page.subarray(0, 64)) % PAGES === 0

/** By their first pages. */
const known = new WeakMap<Buffer, { lead: Buffer; pages: readonly Buffer[]; part: Buffer }>()

function joinPart(lead: Buffer, pages: readonly Buffer[]): Buffer {
  const [first = lead] = pages
  const last = known.get(first)
  const isSame = last?.lead === lead && last.pages.length === pages.length
  if (isSame && pages.every((page, at) => page === last.pages[at])) return last.part
  const part = Buffer.concat(join(lead, pages))
  known.set(first, { lead, pages, part })
  return part
}
