/** Reads the configuration of the admin server and its workers from the environment. */
import { compareShared, historicalKeysOf } from '#federation/config/shared.ts'
import { type Faults, missing, readVariables, type Values } from '#federation/config/variable.ts'
import type { MailSender } from '#server/config/kind.ts'
import { serverVariables } from '#server/config/variables.ts'
import type { SingleSignOn } from '#server/identity/roles.ts'

type Read = Values<typeof serverVariables>

export type MailConfig = { smtpUrl: string; from: MailSender }

type Composed = {
  databaseUrl: string
  historicalKeysDirectory: string
  /** Null when no provider is configured. */
  singleSignOn: SingleSignOn | null
  /** Null: no e-mail is sent. */
  mail: MailConfig | null
  /** The origin of ADMIN_URL first. */
  trustedOrigins: string[]
}

export type ServerConfig = Composed & Omit<Read, keyof Composed>

/** @throws ConfigurationError naming every variable at fault */
export function readServerConfig(environment: NodeJS.ProcessEnv = process.env): ServerConfig {
  const read = readVariables(serverVariables, { environment, compare })
  return {
    ...read,
    databaseUrl: read.databaseUrl ?? databaseUrlOf(read),
    historicalKeysDirectory: historicalKeysOf(read),
    singleSignOn: singleSignOnOf(read),
    mail: read.smtpUrl && read.mailFrom ? { smtpUrl: read.smtpUrl, from: read.mailFrom } : null,
    trustedOrigins: trustedOriginsOf(read),
  }
}

function compare(values: Partial<Read>): Faults<typeof serverVariables> {
  const { databaseUrl, databaseHost, loginRedirectUrl } = values
  return {
    ...compareShared(values),
    ...compareAll(values, ['oidcIssuer', 'oidcClientId', 'oidcClientSecret', 'oidcRoleMap']),
    ...compareAll(values, ['smtpUrl', 'mailFrom']),
    databaseUrl: !databaseUrl && !databaseHost && `(or DB_HOST) ${missing(serverVariables.databaseUrl)}`,
    // Sign-in must not lead to a page of an unknown origin.
    loginRedirectUrl:
      loginRedirectUrl &&
      URL.canParse(loginRedirectUrl) &&
      !trustedOriginsOf(values).includes(new URL(loginRedirectUrl).origin) &&
      'must have the origin of ADMIN_URL or one of CSRF_TRUSTED_ORIGINS',
  }
}

/** All of them are set, or none. */
function compareAll(values: Partial<Read>, names: readonly (keyof Read)[]): Faults<typeof serverVariables> {
  const absent = names.filter((name) => values[name] === undefined)
  if (absent.length === names.length) return {}
  return Object.fromEntries(absent.map((name) => [name, missing(serverVariables[name])]))
}

/** DB_HOST is set if DATABASE_URL is not. */
function databaseUrlOf(read: Read): string {
  const { databaseHost, databasePort, databaseName } = read
  const url = new URL(`postgresql://${databaseHost}:${databasePort}/${encodeURIComponent(databaseName)}`)
  url.username = encodeURIComponent(read.databaseUser)
  url.password = encodeURIComponent(read.databasePassword)
  return url.href
}

function trustedOriginsOf({ adminUrl, corsOrigins = [], csrfTrustedOrigins = [] }: Partial<Read>): string[] {
  return [...(adminUrl ? [adminUrl] : []), ...corsOrigins, ...csrfTrustedOrigins]
}

function singleSignOnOf(read: Read): SingleSignOn | null {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcClientSecret: clientSecret } = read
  if (!issuer || !clientId || !clientSecret || !read.oidcRoleMap) return null
  return {
    issuer,
    clientId,
    clientSecret,
    name: read.oidcName,
    scopes: read.oidcScopes.split(/\s+/).filter(Boolean),
    roleClaim: read.oidcRoleClaim,
    roleMap: read.oidcRoleMap,
  }
}
