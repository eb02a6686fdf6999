/** The frame of the pages for browsers. They load nothing: only their inline style is allowed. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Html, html } from './html.ts'

const style = readFileSync(new URL('./style.css', import.meta.url), 'utf8')

/** `form`: the page has a form, which it sends to its own server. */
export function buildContentSecurityPolicy({ form }: { form: boolean }): string {
  return [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    "base-uri 'none'",
    `form-action '${form ? 'self' : 'none'}'`,
    "frame-ancestors 'none'",
  ].join('; ')
}

type Frame = {
  title: string
  body: Html
  /** Seconds after which the page is loaded again. */
  refresh?: number
}

export function renderFrame({ title, body, refresh }: Frame): string {
  const reload = refresh === undefined ? undefined : html`<meta http-equiv="refresh" content="${refresh}">\n`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${reload}<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
${body}</body>
</html>
`.text
}

export const anchorMark = new Html(
  '<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><circle cx="12" cy="4.5" r="2.5"/>' +
    '<path d="M12 7v14M7 10.5h10M3.5 13c.4 4.7 3.9 8 8.5 8s8.1-3.3 8.5-8"/></svg>',
)
