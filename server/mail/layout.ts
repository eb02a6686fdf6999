/** Lays out an e-mail as plain text and as HTML, from the same blocks. Every value is escaped here. */
import { type Html, html } from '#federation/page/html.ts'

/** An e-mail without its recipient. */
export type Message = { subject: string; text: string; html: string }

export type Block =
  /** A paragraph. */
  | string
  | { link: string; label: string }
  /** What a person or an entity wrote. */
  | { quote: string }
  | { facts: readonly (readonly [label: string, value: string])[] }
  | { list: readonly string[] }

export type Letter = {
  subject: string
  blocks: readonly Block[]
  /** Why it was sent, and how to stop it. */
  footer: readonly string[]
}

const MAXIMUM_SUBJECT = 150
const MAXIMUM_QUOTE = 2_000

export function layOut({ subject, blocks, footer }: Letter): Message {
  return {
    subject: shorten(toLine(subject), MAXIMUM_SUBJECT),
    text: `${[...blocks.map(blockAsText), `-- \n${footer.map(toLine).join('\n')}`].join('\n\n')}\n`,
    html: html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${toLine(subject)}</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 sans-serif;color:#1f2937;background:#fff">
<div style="max-width:600px;margin:0 auto">
${blocks.map(blockAsHtml)}
<div style="margin-top:32px;padding-top:12px;border-top:1px solid #d1d5db;font-size:13px;color:#4b5563">
${footer.map((line) => html`<p style="margin:4px 0">${line}</p>`)}
</div></div></body></html>
`.text,
  }
}

/** A time to the minute, in UTC: `2026-12-01 06:00 UTC`. */
export const timeInUtc = (time: Date): string => `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`

export const plural = (count: number, thing: string, things = `${thing}s`): string =>
  `${count} ${count === 1 ? thing : things}`

function blockAsText(block: Block): string {
  if (typeof block === 'string') return toLine(block)
  if ('link' in block) return `${block.label}:\n${block.link}`
  if ('quote' in block)
    return quoted(block.quote)
      .map((line) => `> ${line}`)
      .join('\n')
  if ('list' in block) return block.list.map((item) => `- ${toLine(item)}`).join('\n')
  return block.facts.map(([label, value]) => `${label}: ${toLine(value)}`).join('\n')
}

function blockAsHtml(block: Block): Html {
  if (typeof block === 'string') return html`<p>${toLine(block)}</p>`
  if ('link' in block) return html`<p><a href="${block.link}">${block.label}</a></p>`
  if ('quote' in block)
    return html`<blockquote style="margin:16px 0;padding-left:12px;border-left:3px solid #d1d5db;white-space:pre-line">${quoted(block.quote).join('\n')}</blockquote>`
  if ('list' in block) return html`<ul>${block.list.map((item) => html`<li>${toLine(item)}</li>`)}</ul>`
  const rows = block.facts.map(
    ([label, value]) =>
      html`<tr><td style="padding:2px 16px 2px 0;color:#4b5563">${label}</td><td>${toLine(value)}</td></tr>`,
  )
  return html`<table style="border-spacing:0">${rows}</table>`
}

/** Control characters would break a header, or imitate the lines of the text. */
const toLine = (text: string) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()

const quoted = (text: string) =>
  shorten(text, MAXIMUM_QUOTE)
    .split(/\r\n|[\n\r\p{Zl}\p{Zp}]/u)
    .map(toLine)

const shorten = (text: string, maximum: number) =>
  text.length <= maximum ? text : `${text.slice(0, maximum - 1)}…`
