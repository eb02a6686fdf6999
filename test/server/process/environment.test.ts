/** Tests the configuration of the admin server: a refusal names every invalid variable. */
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '#federation/config/error.ts'
import { readServerConfig } from '#server/config/config.ts'
import { sound } from './sound-environment.ts'

/** The sentences of the refusal, one for each invalid variable. */
function faults(environment: NodeJS.ProcessEnv): string[] {
  try {
    readServerConfig(environment)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message.split('\n')
    throw error
  }
  return []
}

describe('readServerConfig', () => {
  it('needs four variables and has defaults for the rest', () => {
    expect(readServerConfig(sound)).toEqual({
      entityId: 'https://ta.example.org',
      databaseUrl: sound.DATABASE_URL,
      databaseHost: undefined,
      databasePort: 5432,
      databaseName: 'postgres',
      databaseUser: 'postgres',
      databasePassword: '',
      redisUrl: sound.REDIS_URL,
      redisKeyPrefix: '',
      keysDirectory: '.',
      historicalKeysDirectory: 'historical_keys',
      keyStore: 'files',
      keyStoreConcurrency: 16,
      keyStoreTimeout: 5,
      authSecret: sound.AUTH_SECRET,
      previousAuthSecrets: [],
      secondFactorGroups: [],
      singleSignOn: null,
      mail: null,
      oidcName: 'Single sign-on',
      oidcScopes: 'openid profile email',
      oidcRoleClaim: 'groups',
      adminUrl: 'http://localhost:8000',
      corsOrigins: [],
      csrfTrustedOrigins: [],
      trustedOrigins: ['http://localhost:8000'],
      loginRedirectUrl: '/',
      allowHttp: false,
      trustedProxies: [],
      trustedDocuments: 'off',
      worker: 'inline',
      host: '0.0.0.0',
      port: 8000,
      logLevel: 'info',
    })
  })

  it('names all missing variables together', () => {
    const names = faults({}).map((sentence) => /^[A-Z_]+/.exec(sentence)?.[0])
    expect(names.sort()).toEqual(['AUTH_SECRET', 'DATABASE_URL', 'REDIS_URL', 'TA_DOMAIN'])
  })

  it('names missing and invalid variables together', () => {
    const { REDIS_URL: _, ...rest } = sound
    const names = faults({ ...rest, TA_DOMAIN: 'ta.example.org', PORT: '8000a', LOG_LEVEL: 'loud' })
    expect(names.map((sentence) => /^[A-Z_]+/.exec(sentence)?.[0]).sort()).toEqual([
      'LOG_LEVEL',
      'PORT',
      'REDIS_URL',
      'TA_DOMAIN',
    ])
  })

  it.each([
    ['TA_DOMAIN', 'ftp://ta.example.org'],
    ['DATABASE_URL', 'mysql://db.example.org/inmor'],
    ['DATABASE_URL', 'postgresql://inmor@db1,db2:port/inmor'],
    ['DATABASE_URL', 'postgresql://inmor@db1,db2/inmor?target_session_attrs=standby'],
    ['REDIS_URL', 'http://redis.example.org'],
    ['AUTH_SECRET', 'too short'],
    ['ADMIN_URL', 'admin.example.org'],
    ['ALLOW_HTTP', 'maybe'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['ADMIN_URL', 'https://admin.example.org/console'],
    ['ADMIN_URL', 'ftp://admin.example.org'],
    ['CORS_ORIGINS', 'https://console.example.org/start'],
    ['CORS_ORIGINS', '*'],
    ['CSRF_TRUSTED_ORIGINS', 'https://one.example.org, two.example.org'],
    ['DB_PORT', 'five'],
    ['DB_HOST', 'db/inmor'],
    ['OIDC_ISSUER', 'login.example.org'],
    ['WORKER', 'both'],
    ['LOG_LEVEL', 'loud'],
    ['REQUIRE_SECOND_FACTOR', 'admin,auditor'],
    ['MAIL_FROM', 'federation'],
    ['SMTP_URL', 'mail.example.org'],
    ['SMTP_URL', 'https://mail.example.org'],
    ['SMTP_URL', 'smtp://'],
    ['SMTP_URL', 'smtp://mail.example.org?logger=true'],
    ['SMTP_URL', 'smtp://mail.example.org/inbox'],
  ])('refuses %s=%s and names the variable', (name, value) => {
    expect(faults({ ...sound, [name]: value })).toEqual([expect.stringMatching(`^${name} must \\S.*\\.$`)])
  })

  it('reads the groups of single sign-on as roles', () => {
    const oidc = {
      OIDC_ISSUER: 'https://login.example.org',
      OIDC_CLIENT_ID: 'inmor',
      OIDC_CLIENT_SECRET: 'secret',
      OIDC_ROLE_MAP: 'cn=ta,ou=groups=admin, staff=viewer',
    }
    expect(faults({ ...sound, ...oidc })).toEqual([expect.stringMatching(/^OIDC_ROLE_MAP must .*"cn=ta"\.$/)])
    const { singleSignOn } = readServerConfig({
      ...sound,
      ...oidc,
      OIDC_ROLE_MAP: 'ou=ta=admin, staff=viewer',
    })
    expect(singleSignOn).toMatchObject({ issuer: 'https://login.example.org', roleClaim: 'groups' })
    expect([...(singleSignOn?.roleMap ?? [])]).toEqual([
      ['ou=ta', 'admin'],
      ['staff', 'viewer'],
    ])
  })

  it('requires all single sign-on variables or none', () => {
    const names = faults({ ...sound, OIDC_ISSUER: 'https://login.example.org' })
    expect(names.map((sentence) => /^[A-Z_]+/.exec(sentence)?.[0])).toEqual([
      'OIDC_CLIENT_ID',
      'OIDC_CLIENT_SECRET',
      'OIDC_ROLE_MAP',
    ])
  })

  it('requires both variables of e-mail or none', () => {
    expect(faults({ ...sound, SMTP_URL: 'smtp://mail.example.org' })).toEqual([
      expect.stringMatching(/^MAIL_FROM is not set/),
    ])
    expect(faults({ ...sound, MAIL_FROM: 'federation@example.org' })).toEqual([
      expect.stringMatching(/^SMTP_URL is not set/),
    ])
  })

  it.each([
    ['federation@example.org', ''],
    ['Example Federation <federation@example.org>', 'Example Federation'],
    ['"Federation, Example" <federation@example.org>', 'Federation, Example'],
    ['<federation@example.org>', ''],
  ])('reads the sender %s', (value, name) => {
    const smtpUrl = 'smtps://inmor:p%40ss@mail.example.org?tls.rejectUnauthorized=false'
    const { mail } = readServerConfig({ ...sound, SMTP_URL: smtpUrl, MAIL_FROM: value })
    expect(mail).toEqual({ smtpUrl, from: { name, address: 'federation@example.org' } })
  })

  it('refuses redirects to an untrusted origin', () => {
    const redirect = { LOGIN_REDIRECT_URL: 'https://console.example.org/start' }
    expect(faults({ ...sound, ...redirect })).toEqual([expect.stringMatching(/^LOGIN_REDIRECT_URL must /)])
    const trusted = { CSRF_TRUSTED_ORIGINS: 'https://console.example.org' }
    expect(readServerConfig({ ...sound, ...redirect, ...trusted }).loginRedirectUrl).toBe(
      redirect.LOGIN_REDIRECT_URL,
    )
  })

  it('does not repeat a secret that it refuses', () => {
    expect(faults({ ...sound, AUTH_SECRET: 'hunter2' }).join()).not.toContain('hunter2')
    const mail = { SMTP_URL: 'smtp://inmor:hunter2@mail.example.org/x', MAIL_FROM: 'a@example.org' }
    expect(faults({ ...sound, ...mail }).join()).not.toContain('hunter2')
  })

  it('treats an empty variable as not set', () => {
    expect(readServerConfig({ ...sound, PORT: '', LOG_LEVEL: '', ALLOW_HTTP: '' })).toEqual(
      readServerConfig(sound),
    )
    expect(faults({ ...sound, REDIS_URL: '' })).toEqual([expect.stringMatching(/^REDIS_URL/)])
  })

  it('accepts the names of the deployment guide', () => {
    const { DATABASE_URL: _, REDIS_URL: __, ...rest } = sound
    const config = readServerConfig({
      ...rest,
      DB_HOST: 'db',
      DB_PORT: '5433',
      DB_USER: 'in/mor',
      DB_PASSWORD: 'p@ss:word',
      REDIS_LOCATION: 'redis://redis:6379/0',
      HISTORICAL_KEYS_DIR: '/keys/old',
      CORS_ORIGINS: 'https://console.example.org, https://other.example.org',
    })
    expect(config).toMatchObject({
      redisUrl: 'redis://redis:6379/0',
      historicalKeysDirectory: '/keys/old',
      trustedOrigins: ['http://localhost:8000', 'https://console.example.org', 'https://other.example.org'],
    })
    const { hostname, port, username, password, pathname } = new URL(config.databaseUrl)
    expect([hostname, port, pathname]).toEqual(['db', '5433', '/postgres'])
    expect([username, password].map(decodeURIComponent)).toEqual(['in/mor', 'p@ss:word'])
  })
})
