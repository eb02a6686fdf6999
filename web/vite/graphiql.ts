/**
 * GraphiQL of Yoga as files beside the console's script: a document with its script, style sheet and workers, which the
 * page "API" shows in a frame. The files are gzipped here: Brotli would take most of a minute for them.
 */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import {
  css,
  editorWorkerService,
  graphqlWorker,
  js,
  jsonWorker,
} from '@graphql-yoga/render-graphiql/graphiql'
import type { Plugin } from 'vite'

const MODULE = 'virtual:graphiql-address'

/** The editor writes styles into the document, so that these cannot be limited to files. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
].join('; ')

const document = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<title>GraphiQL</title>
<link rel="stylesheet" href="graphiql.css">
<script defer src="graphiql.js"></script>
<body><div id="root"></div></body>
</html>
`

/** The colours of the console (src/app.css), and the answer below the operation on a phone. */
const look = `
html, body, #root { height: 100%; margin: 0 }
body.graphiql-light :is(.graphiql-container, .graphiql-dialog, [data-radix-popper-content-wrapper]) {
  --color-primary: 192, 97%, 22%;
}
body.graphiql-dark :is(.graphiql-container, .graphiql-dialog, [data-radix-popper-content-wrapper]) {
  --color-primary: 192, 49%, 67%;
  --color-base: 204, 18%, 11%;
}
@media (max-width: 640px) {
  #graphiql-session { flex-direction: column }
  .graphiql-horizontal-drag-bar { display: none }
}
`

const workers = `self.MonacoEnvironment = { getWorker: (_, label) => new Worker(label + '.js') };\n`

const files: Readonly<Record<string, string>> = {
  'graphiql.html': document,
  'graphiql.css': css + look,
  'graphiql.js': workers + js,
  'editorWorkerService.js': editorWorkerService,
  'json.js': jsonWorker,
  'graphql.js': graphqlWorker,
}

const hash = createHash('sha256').update(Object.values(files).join()).digest('base64url').slice(0, 8)
const folder = `_app/immutable/graphiql-${hash}/`

const types: Readonly<Record<string, string>> = { html: 'text/html', css: 'text/css', js: 'text/javascript' }

/** Offers the address of the document to the console as the module `virtual:graphiql-address`. */
export function graphiql(): Plugin {
  return {
    name: 'graphiql',
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
    load: (id) => (id === `\0${MODULE}` ? `export default '/${folder}graphiql.html'` : undefined),
    async generateBundle() {
      if (this.environment.name !== 'client') return
      for (const [name, text] of Object.entries(files))
        this.emitFile({
          type: 'asset',
          fileName: `${folder}${name}.gz`,
          source: await promisify(gzip)(text),
        })
    },
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const name = request.url?.split(`/${folder}`)[1] ?? ''
        const text = files[name]
        if (text === undefined) return next()
        response.setHeader('content-type', types[name.split('.')[1] ?? ''] ?? '').end(text)
      })
    },
  }
}
