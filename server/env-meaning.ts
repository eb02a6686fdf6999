/** What each environment variable of the admin server means: for the sentence when it is missing, and for docs/configuration.md. */
import { redisUrlForms } from '#store/redis-url.ts'

export const variableMeanings = {
  TA_DOMAIN: 'the Entity Identifier of this Trust Anchor, such as https://ta.example.org',
  DATABASE_URL:
    'PostgreSQL 14 or newer, such as postgresql://inmor:password@db:5432/inmor; of several hosts, host:5432,host:5432, the one that takes writes',
  DB_HOST: 'the host of the database, where DATABASE_URL is not set',
  DB_PORT: 'the port of the database',
  DB_NAME: 'the name of the database',
  DB_USER: 'the user to connect to the database as',
  DB_PASSWORD: 'the password of DB_USER',
  REDIS_URL: `the Redis that the federation server reads: ${redisUrlForms}`,
  REDIS_LOCATION: 'another name for REDIS_URL',
  REDIS_KEY_PREFIX: 'what stands before every key in Redis; `{inmor}` keeps them together in a Redis Cluster',
  KEYS_DIR: 'the key directory, with private.json, publickeys/ and next.json',
  HISTORICAL_KEYS_DIR:
    'the directory of retired and revoked keys; `historical_keys` in the key directory when not set',
  AUTH_SECRET:
    'a secret of at least 32 characters that signs sessions and encrypts second factors; openssl rand -base64 32 makes one',
  AUTH_PREVIOUS_SECRETS:
    'values that AUTH_SECRET had before, the oldest first, joined by commas, so that what they encrypted stays readable',
  REQUIRE_SECOND_FACTOR: 'roles that a password alone does not open, joined by commas',
  ADMIN_URL: 'the URL where browsers find the console',
  CORS_ORIGINS: 'further origins whose pages may call the API, joined by commas',
  CSRF_TRUSTED_ORIGINS: 'further origins from which a browser may sign in, joined by commas',
  LOGIN_REDIRECT_URL:
    'the URL where a sign-in ends, when not in the console: of ADMIN_URL’s or a CSRF_TRUSTED_ORIGINS origin',
  OIDC_ISSUER: 'the issuer of the OpenID Provider for single sign-on, such as https://login.example.org',
  OIDC_CLIENT_ID: 'the client_id of this server at OIDC_ISSUER',
  OIDC_CLIENT_SECRET:
    'the client_secret of this server at OIDC_ISSUER, whose redirect URI there is ADMIN_URL/api/auth/callback/oidc',
  OIDC_NAME: 'what the button for single sign-on says',
  OIDC_SCOPES: 'what to ask OIDC_ISSUER for, joined by spaces',
  OIDC_ROLE_CLAIM: 'the claim in which OIDC_ISSUER names the groups of a user',
  OIDC_ROLE_MAP: 'the roles of groups as group=role, joined by commas; whose groups have none is not let in',
  ALLOW_HTTP: 'true to let entities use http and private addresses: for evaluation only, never in production',
  TRUST_PROXY: 'addresses or networks of the proxies whose X-Forwarded-* headers count, joined by commas',
  HOST: 'the address to listen on',
  WORKER:
    'inline to work on runs and schedules in this process, external to leave them to workers of their own',
  PORT: 'the port to listen on',
  METRICS_PORT: 'the port on which GET /metrics answers Prometheus; none when not set',
  LOG_LEVEL: 'fatal, error, warn, info, debug, trace or silent',
}
