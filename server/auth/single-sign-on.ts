/** Connects one OpenID Provider: better-auth's authorization code flow with PKCE, state and nonce. */
import type { AuthContext } from 'better-auth'
import { genericOAuth } from 'better-auth/plugins'
import type { FastifyInstance } from 'fastify'
import { decodeJwt, type JWTPayload } from 'jose'
import type { Doors } from '#server/auth/caller-of.ts'
import { forward } from '#server/auth/forward.ts'
import { RECENT_SECONDS } from '#server/auth/freshness.ts'
import { accountIdOf, provisionUser } from '#server/auth/provisioned-user.ts'
import type { Entrance } from '#server/auth/sign-in-record.ts'
import { UnavailableError } from '#server/error/operation-error.ts'
import { PROVIDER_ID, type SingleSignOn } from '#server/identity/roles.ts'

const DISCOVERY_PATH = '/.well-known/openid-configuration'
const PATIENCE_MS = 10_000
/** Seconds that the provider's clock may differ from ours. */
const CLOCK_SKEW = 60

/**
 * Registers the provider with the library at the first use. At start, a provider that hangs would block every sign-in,
 * and one that fails would stay unknown until the next start.
 * @throws UnavailableError
 */
async function connectSingleSignOn(
  { auth, db, now }: Pick<Doors, 'auth' | 'db' | 'now'>,
  config: SingleSignOn,
): Promise<void> {
  const context = await auth.$context
  if (context.socialProviders.some(({ id }) => id === PROVIDER_ID)) return
  const { userinfo_endpoint: userInfoUrl } = await discover(config)
  const plugin = genericOAuth({
    config: [
      {
        providerId: PROVIDER_ID,
        name: config.name,
        discoveryUrl: discoveryUrl(config),
        clientId: config.clientId,
        clientSecret: config.clientSecret,
        scopes: [...config.scopes],
        pkce: true,
        requireIdTokenVerification: true,
        // A recent authentication doubles as re-authentication; the ID token must prove it (OpenID Connect Core §3.1.2.1).
        authorizationUrlParams: { max_age: String(RECENT_SECONDS) },
        accountSubject: ({ profile }) => accountIdOf(profile),
        getUserInfo: async ({ idToken, accessToken }) => {
          if (!idToken) return null
          const claims = await claimsOf(idToken, accessToken, userInfoUrl)
          if (!isRecentlyAuthenticated(claims, now())) return null
          const profile = await provisionUser(db, claims, config)
          return { ...profile, id: accountIdOf(claims) }
        },
      },
    ],
  })
  // The same context: the type for plugins is the one without our options.
  const made = await plugin.init(context as unknown as AuthContext)
  const providers = made.context.socialProviders
  if (!providers.some(({ id }) => id === PROVIDER_ID)) throw unavailable(config)
  context.socialProviders = providers
}

/** Claims of the verified ID token, completed from the UserInfo Endpoint for the same subject. */
async function claimsOf(
  idToken: string,
  accessToken: string | undefined,
  userInfoUrl: string | undefined,
): Promise<JWTPayload> {
  const claims = decodeJwt(idToken)
  if (!userInfoUrl || !accessToken) return claims
  const more = await userInfo(userInfoUrl, accessToken)
  return more?.sub === claims.sub ? { ...more, ...claims } : claims
}

async function userInfo(url: string, accessToken: string): Promise<JWTPayload | null> {
  try {
    const headers = { authorization: `Bearer ${accessToken}` }
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(PATIENCE_MS) })
    return response.ok ? await response.json() : null
  } catch {
    return null // UserInfo only adds claims; without groups a user gets fewer rights, never more
  }
}

function isRecentlyAuthenticated({ auth_time: at }: JWTPayload, now: Date): boolean {
  return typeof at === 'number' && now.getTime() / 1000 - at <= RECENT_SECONDS + CLOCK_SKEW
}

const discoveryUrl = ({ issuer }: SingleSignOn) => `${issuer.replace(/\/$/, '')}${DISCOVERY_PATH}`

/** Checks the provider before the library does, which waits without limit and hides its errors. */
async function discover(config: SingleSignOn): Promise<{ userinfo_endpoint?: string }> {
  try {
    const response = await fetch(discoveryUrl(config), { signal: AbortSignal.timeout(PATIENCE_MS) })
    const document = await response.json()
    if (document.issuer === config.issuer) return document
  } catch {
    // The user can only wait or sign in with a password.
  }
  throw unavailable(config)
}

function unavailable({ name, issuer }: SingleSignOn): UnavailableError {
  return new UnavailableError(
    `${name} is unavailable: ${issuer} serves no valid OpenID configuration. Try again later.`,
  )
}

type Deps = Entrance & {
  singleSignOn: SingleSignOn | null
  adminUrl: string
  loginRedirectUrl: string
}

/** Mounts the two paths of single sign-on, if a provider is configured: to the provider and back. */
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
