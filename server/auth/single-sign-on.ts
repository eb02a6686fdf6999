/** Single sign-on at one OpenID Provider, by the library's authorization code flow with PKCE, state and nonce. */
import type { AuthContext } from 'better-auth'
import { genericOAuth } from 'better-auth/plugins'
import { decodeJwt, type JWTPayload } from 'jose'
import type { Auth } from '#server/auth/auth.ts'
import { RECENT_SECONDS } from '#server/auth/freshness.ts'
import { accountIdOf, provisionUser } from '#server/auth/provisioned-user.ts'
import type { Database } from '#server/database/client.ts'
import { UnavailableError } from '#server/error/operation-error.ts'
import { PROVIDER_ID, type SingleSignOn } from '#server/identity/single-sign-on-roles.ts'

const DISCOVERY_PATH = '/.well-known/openid-configuration'
const PATIENCE_MS = 10_000
/** Seconds by which the provider's clock may differ from ours. */
const CLOCK_SKEW = 60

/**
 * Makes the provider known to the library when somebody first wants it. The library would ask it while it starts,
 * so that one that hangs would keep everybody out, and would forget it until the next start when it fails.
 * @throws UnavailableError
 */
export async function connectSingleSignOn(auth: Auth, db: Database, config: SingleSignOn): Promise<void> {
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
        // So recent an authentication also serves as re-authentication; the ID token must show it (OpenID Connect Core, 3.1.2.1).
        authorizationUrlParams: { max_age: String(RECENT_SECONDS) },
        accountSubject: ({ profile }) => accountIdOf(profile),
        getUserInfo: async ({ idToken, accessToken }) => {
          if (!idToken) return null
          const claims = await claimsOf(idToken, accessToken, userInfoUrl)
          if (!isRecentlyAuthenticated(claims)) return null
          const profile = await provisionUser(db, claims, config)
          return { ...profile, id: accountIdOf(claims) }
        },
      },
    ],
  })
  // The same context; the library's type for plugins forgets which options it was made with.
  const made = await plugin.init(context as unknown as AuthContext)
  const providers = made.context.socialProviders
  if (!providers.some(({ id }) => id === PROVIDER_ID)) throw unavailable(config)
  context.socialProviders = providers
}

/** The ID token was verified by the library; what it leaves out may be at the UserInfo Endpoint, for the same subject. */
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
    return null // it adds to the ID token; without its groups nobody gets more than they should
  }
}

function isRecentlyAuthenticated({ auth_time: at }: JWTPayload): boolean {
  return typeof at === 'number' && Date.now() / 1000 - at <= RECENT_SECONDS + CLOCK_SKEW
}

const discoveryUrl = ({ issuer }: SingleSignOn) => `${issuer.replace(/\/$/, '')}${DISCOVERY_PATH}`

/** Asked once before the library does, which waits without end and keeps its reasons to itself. */
async function discover(config: SingleSignOn): Promise<{ userinfo_endpoint?: string }> {
  try {
    const response = await fetch(discoveryUrl(config), { signal: AbortSignal.timeout(PATIENCE_MS) })
    const document = await response.json()
    if (document.issuer === config.issuer) return document
  } catch {
    // Whatever it was, the person can only wait or sign in otherwise.
  }
  throw unavailable(config)
}

function unavailable({ name, issuer }: SingleSignOn): UnavailableError {
  return new UnavailableError(
    `${name} cannot be used at present: ${issuer} gives no usable OpenID configuration.`,
  )
}
