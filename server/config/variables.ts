/** The variables of the admin server and its workers. */
import { choice, httpUrl, list, origin, origins, port, text } from '#federation/config/kind.ts'
import { sharedVariables } from '#federation/config/shared.ts'
import type { Table } from '#federation/config/variable.ts'
import { databaseHost, databaseUrl, groupList, mailSender, roleMap, smtpUrl } from '#server/config/kind.ts'

export const serverVariables = {
  ...sharedVariables,
  databaseUrl: {
    names: ['DATABASE_URL'],
    isSecret: true,
    kind: databaseUrl.optional(),
    meaning:
      'PostgreSQL 14 or newer, such as postgresql://inmor:password@db:5432/inmor; of several hosts, host:5432,host:5432, the one that takes writes',
  },
  databaseHost: {
    names: ['DB_HOST'],
    kind: databaseHost.optional(),
    meaning: 'the host of the database, where DATABASE_URL is not set',
  },
  databasePort: { names: ['DB_PORT'], kind: port.default(5432), meaning: 'the port of the database' },
  databaseName: {
    names: ['DB_NAME'],
    kind: text.default('postgres'),
    meaning: 'the name of the database',
  },
  databaseUser: {
    names: ['DB_USER'],
    kind: text.default('postgres'),
    meaning: 'the user to connect to the database as',
  },
  databasePassword: {
    names: ['DB_PASSWORD'],
    isSecret: true,
    kind: text.default(''),
    meaning: 'the password of DB_USER',
  },
  authSecret: {
    names: ['AUTH_SECRET'],
    isSecret: true,
    kind: text.min(32, 'must have at least 32 characters'),
    meaning:
      'a secret of at least 32 characters that signs sessions and encrypts second factors and the secrets of webhooks; openssl rand -base64 32 makes one',
  },
  previousAuthSecrets: {
    names: ['AUTH_PREVIOUS_SECRETS'],
    isSecret: true,
    kind: list.default([]),
    meaning:
      'the previous values of AUTH_SECRET, the oldest first, joined by commas, so that what they encrypted stays readable',
  },
  secondFactorGroups: {
    names: ['REQUIRE_SECOND_FACTOR'],
    kind: groupList.default([]),
    meaning:
      'who must set up a second factor before anything else: roles, and `member` for the people of organizations, joined by commas',
  },
  adminUrl: {
    names: ['ADMIN_URL'],
    kind: origin.default('http://localhost:8000'),
    meaning: 'the URL where browsers find the console, without a path',
  },
  corsOrigins: {
    names: ['CORS_ORIGINS'],
    kind: origins.default([]),
    meaning: 'further origins whose pages may call the API, joined by commas',
  },
  csrfTrustedOrigins: {
    names: ['CSRF_TRUSTED_ORIGINS'],
    kind: origins.default([]),
    meaning: 'further origins from which a browser may sign in, joined by commas',
  },
  loginRedirectUrl: {
    names: ['LOGIN_REDIRECT_URL'],
    kind: httpUrl.default('/'),
    meaning:
      'the URL where a sign-in ends, when not in the console; its origin is that of ADMIN_URL or one of CSRF_TRUSTED_ORIGINS',
  },
  oidcIssuer: {
    names: ['OIDC_ISSUER'],
    kind: httpUrl.optional(),
    meaning: 'the issuer of the OpenID Provider for single sign-on, such as https://login.example.org',
  },
  oidcClientId: {
    names: ['OIDC_CLIENT_ID'],
    kind: text.optional(),
    meaning: 'the client_id of this server at OIDC_ISSUER',
  },
  oidcClientSecret: {
    names: ['OIDC_CLIENT_SECRET'],
    isSecret: true,
    kind: text.optional(),
    meaning:
      'the client_secret of this server at OIDC_ISSUER, whose redirect URI there is ADMIN_URL/api/auth/callback/oidc',
  },
  oidcName: {
    names: ['OIDC_NAME'],
    kind: text.default('Single sign-on'),
    meaning: 'the label of the button for single sign-on',
  },
  oidcScopes: {
    names: ['OIDC_SCOPES'],
    kind: text.default('openid profile email'),
    meaning: 'the scopes to request from OIDC_ISSUER, joined by spaces',
  },
  oidcRoleClaim: {
    names: ['OIDC_ROLE_CLAIM'],
    kind: text.default('groups'),
    meaning: 'the claim in which OIDC_ISSUER names the groups of a user',
  },
  oidcRoleMap: {
    names: ['OIDC_ROLE_MAP'],
    kind: roleMap.optional(),
    meaning: 'the roles of groups as group=role, joined by commas; a user without a role cannot sign in',
  },
  smtpUrl: {
    names: ['SMTP_URL'],
    isSecret: true,
    kind: smtpUrl.optional(),
    meaning:
      'the server that takes e-mail, such as smtps://user:password@mail.example.org or smtp://mail.example.org:587; no e-mail is sent when not set',
  },
  mailFrom: {
    names: ['MAIL_FROM'],
    kind: mailSender.optional(),
    meaning:
      'the sender of e-mail, such as Example Federation <federation@example.org>; set both SMTP_URL and MAIL_FROM, or none',
  },
  trustedDocuments: {
    names: ['TRUSTED_DOCUMENTS'],
    kind: choice('off', 'sessions').default('off'),
    meaning:
      'sessions to execute only the GraphQL documents of the console for a browser that is signed in; API keys may send any',
  },
  worker: {
    names: ['WORKER'],
    kind: choice('inline', 'external').default('inline'),
    meaning: 'inline to execute runs and schedules in this process, external to leave them to workers',
  },
  port: { names: ['PORT'], kind: port.default(8000), meaning: 'the port to listen on' },
} as const satisfies Table
