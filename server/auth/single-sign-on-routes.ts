/** Mounts the two paths of single sign-on, if a provider is configured: to the provider and back. */
import type { FastifyInstance } from 'fastify'
import { forward } from '#server/auth/forward.ts'
import type { Entrance } from '#server/auth/sign-in-record.ts'
import { connectSingleSignOn } from '#server/auth/single-sign-on.ts'
import { UnavailableError } from '#server/error/operation-error.ts'
import { PROVIDER_ID, type SingleSignOn } from '#server/identity/single-sign-on-roles.ts'

type Deps = Entrance & {
  singleSignOn: SingleSignOn | null
  adminUrl: string
  loginRedirectUrl: string
}

export function singleSignOnRoutes(app: FastifyInstance, deps: Deps): void {
  const { singleSignOn, adminUrl, loginRedirectUrl } = deps
  if (!singleSignOn) return
  const callbackURL = new URL(loginRedirectUrl, adminUrl)
  // The console's sign-in page shows `error` and `error_description` from its address.
  const errorCallbackURL = new URL('/sign-in', callbackURL)

  /** Answers `{url}`: the address for the browser to open. */
  app.post('/api/auth/sign-in/social', async (request, reply) => {
    try {
      await connectSingleSignOn(deps, singleSignOn)
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error
      return reply.status(503).send({ code: error.code, message: error.message })
    }
    const body = {
      provider: PROVIDER_ID,
      callbackURL: callbackURL.href,
      errorCallbackURL: errorCallbackURL.href,
      disableRedirect: true,
    }
    return forward(deps, request, reply, { body, records: null })
  })

  app.get(`/api/auth/callback/${PROVIDER_ID}`, async (request, reply) => {
    // Another process may have started this sign-in.
    await connectSingleSignOn(deps, singleSignOn)
    return forward(deps, request, reply, { body: null, records: 'signIn' })
  })
}
