/** Serves the built console: its files, and its start document for every other page. */
import { existsSync } from 'node:fs'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

const DOCUMENT = '200.html'

export async function consolePages(app: FastifyInstance, root: string): Promise<void> {
  if (!existsSync(`${root}/${DOCUMENT}`)) {
    app.get('/', (_request, reply) =>
      reply.type('text/plain').send('The console is not built. Run npm run build.\n'),
    )
    return
  }
  await app.register(fastifyStatic, {
    root,
    preCompressed: true,
    index: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      // File names under _app/immutable contain a hash of the content.
      const lasting = path.includes('/_app/immutable/')
      reply.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  app.get('/', (_request, reply) => reply.sendFile(DOCUMENT)) // a directory would be forbidden, not absent
  app.setNotFoundHandler((request, reply) => {
    const isPage = request.method === 'GET' && !/^\/(api|graphql|_app)(\/|\?|$)/.test(request.url)
    if (isPage) return reply.sendFile(DOCUMENT)
    return reply.status(404).send({ message: `There is no endpoint at ${request.url}.` })
  })
}
