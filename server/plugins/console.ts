/** Serves the built console: its files, and its start document for every other page. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'

const DOCUMENT = '200.html'

export type Console = {
  /** The folder of the built console. It may appear later, complete. */
  root: string
  /** Whether this installation builds it at the moment. */
  isBeingBuilt(): boolean
}

export async function consolePages(app: FastifyInstance, { root, isBeingBuilt }: Console): Promise<void> {
  await app.register(fastifyStatic, {
    root,
    suppressWarning: true, // that the folder is absent
    preCompressed: true,
    index: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      // File names under _app/immutable contain a hash of the content.
      const lasting = path.includes('/_app/immutable/')
      reply.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  const sendPage = (reply: FastifyReply) =>
    existsSync(`${root}/${DOCUMENT}`) ? reply.sendFile(DOCUMENT) : absentConsole(reply, isBeingBuilt())
  app.get('/', (_request, reply) => sendPage(reply)) // a directory would be forbidden, not absent
  app.setNotFoundHandler((request, reply) => {
    const isPage = request.method === 'GET' && !/^\/(api|graphql|_app)(\/|\?|$)/.test(request.url)
    if (isPage) return sendPage(reply)
    return reply.status(404).send({ message: `There is no endpoint at ${request.url}.` })
  })
}

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

/** The page at the addresses of the console while it is not built. It loads itself again until the console is there. */
function absentConsole(reply: FastifyReply, isBeingBuilt: boolean): FastifyReply {
  return reply
    .status(503)
    .headers({ refresh: SECONDS, 'retry-after': SECONDS, 'cache-control': 'no-store' })
    .type('text/html; charset=utf-8')
    .send(isBeingBuilt ? beingBuilt : notBuilt)
}
