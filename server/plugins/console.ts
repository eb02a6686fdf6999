/** Serves the built console: its files, and its start document for every other page. */
import { existsSync } from 'node:fs'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { absentConsole } from '#server/plugins/absent-console.ts'

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
