/**
 * GraphQL documents by hash: the console sends those of its build so. Where TRUSTED_DOCUMENTS is `sessions`, a session may
 * send nothing else without a pass.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { usePersistedOperations } from '@graphql-yoga/plugin-persisted-operations'
import type { FastifyRequest } from 'fastify'
import type { Plugin } from 'graphql-yoga'
import { z } from 'zod'
import type { DocumentPasses } from '#server/auth/document-pass.ts'
import { requestError } from '#server/error/request-error.ts'
import type { CallerSession } from '#server/identity/caller.ts'
import type { Console } from '#server/plugins/console.ts'

/** Written by the console's build (web/vite/documents.ts). */
const FILE = 'documents.json'
const PASS_HEADER = 'inmor-document-pass'

const texts = z.record(z.string(), z.string())

export type Trust = {
  console: Console
  trustedDocuments: 'off' | 'sessions'
  documentPasses: DocumentPasses
  /** The session of a request; null: none, or the request has an API key. */
  sessionOf(request: FastifyRequest): Promise<CallerSession | null>
}

type Transport = { req: FastifyRequest }

/** @throws an error if sessions are limited to the documents of a console that is not built */
export function trustDocuments(trust: Trust): (Plugin | Plugin<object, Transport>)[] {
  let documents = readDocuments(trust.console)
  const byHash = usePersistedOperations({
    allowArbitraryOperations: true,
    getPersistedOperation(hash) {
      documents ??= readDocuments(trust.console) // built since the start
      return documents?.get(hash) ?? null
    },
    customErrors: {
      keyNotFound: requestError('BAD_USER_INPUT', 'The request has no document. Send it as query.', {
        http: { status: 400 },
      }),
    },
  })
  if (trust.trustedDocuments === 'off') return [byHash]
  if (!documents && !trust.console.isBeingBuilt())
    throw new Error('TRUSTED_DOCUMENTS=sessions needs the documents of the console: run npm run build.')
  return [refuseTexts(trust), byHash]
}

/** The texts of the console's documents by hash; null: the console is not built. */
function readDocuments({ root }: Console): ReadonlyMap<string, string> | null {
  const file = join(root, FILE)
  if (!existsSync(file)) return null
  return new Map(Object.entries(texts.parse(JSON.parse(readFileSync(file, 'utf8')))))
}

function refuseTexts({ sessionOf, documentPasses }: Trust): Plugin<object, Transport> {
  return {
    async onParams({ params, context: { req } }) {
      // A session is a cookie. Without one, the caller is not looked up a second time.
      if (!params.query || !req.headers.cookie) return
      const session = await sessionOf(req)
      const [pass = ''] = [req.headers[PASS_HEADER] ?? []].flat()
      if (session === null || documentPasses.isValid(pass, session.id)) return
      throw requestError(
        'DOCUMENT_NOT_TRUSTED',
        'A session may send the documents of this console only. Use an API key, or ask for a pass with requestDocumentPass.',
        { http: { status: 403 } },
      )
    },
  }
}
