/** The secrets that are planted into a product, and how to find them in its output. */

/** Secrets by description; those that the product creates are added later. */
export const secrets: Record<string, string> = {
  'a password': 'planted-password-of-an-administrator',
  'a password mistyped': 'planted-password-that-is-wrong',
  'a password for a new user': 'planted-password-for-a-new-user',
  AUTH_SECRET: 'planted-auth-secret-of-more-than-32-characters',
  'an AUTH_SECRET that is too short': 'planted-too-short',
  'the password in DATABASE_URL': 'planted-database-password',
  'the password in REDIS_URL': 'planted-redis-password',
  'a Redis password that is wrong': 'planted-redis-password-of-before',
  'the password in SMTP_URL': 'planted-smtp-password',
  PKCS11_PIN: 'planted-pin-of-a-token',
  OIDC_CLIENT_SECRET: 'planted-oidc-client-secret',
  BACKUP_PASSPHRASE: 'planted-backup-passphrase',
  'a passphrase that is wrong': 'planted-backup-passphrase-of-another',
}
export const plant = (name: string): string => String(secrets[name])

export function withPassword(url: string, name: string): string {
  const changed = new URL(url)
  changed.password = plant(name)
  return changed.href
}

/** A secret in plain text, and encoded in a URL or in JSON. */
export function forms(secret: string): string[] {
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]
}

export function around(text: string, secret: string): string {
  const at = text.indexOf(secret)
  return text.slice(Math.max(0, at - 200), at + secret.length + 40)
}
