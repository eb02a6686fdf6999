/** The page at the addresses of the console while it is not built. It loads itself again until the console is there. */
import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'

const SECONDS = 4

const style = `
  :root { color-scheme: light dark; }
  body { font: 1.0625rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 20vh auto 0; padding: 0 1.5rem; }
  h1 { font-size: 1.5rem; line-height: 1.3; }`
const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`

const page = (title: string, text: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>Inmor: ${title}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${text}</p>
<p>The API and the federation server already answer.</p>
</main>
</body>
</html>
`
const beingBuilt = page(
  'The console is being built',
  'This takes about a minute after the first start. Then it appears here; you do not have to reload the page.',
)
const notBuilt = page(
  'The console is not built',
  'Run <code>npm run build</code>. Then the console appears here; you do not have to restart the server.',
)

export function absentConsole(reply: FastifyReply, isBeingBuilt: boolean): FastifyReply {
  return reply
    .status(503)
    .headers({ refresh: SECONDS, 'retry-after': SECONDS, 'cache-control': 'no-store' })
    .type('text/html; charset=utf-8')
    .send(isBeingBuilt ? beingBuilt : notBuilt)
}
