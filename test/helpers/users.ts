/** A database with one user of each role. To hash their passwords would take half of the start of an admin server. */
import { createAccounts } from '#server/auth/accounts.ts'
import { createAuth } from '#server/auth/auth.ts'
import { API_KEY_PREFIX } from '#server/auth/credential.ts'
import { hashOfKey } from '#server/auth/key-holders.ts'
import { systemClock } from '#server/clock.ts'
import { connectDatabase } from '#server/database/client.ts'
import { cliCaller } from '#server/identity/caller.ts'
import { type Role, roles } from '#server/identity/roles.ts'
import { migrated, type Template } from '#test/helpers/data-directory.ts'

export const PASSWORD = 'correct horse battery staple'
export const AUTH_SECRET = 'a secret of these tests that nobody else would use'

const keyOf = (role: Role) => `${API_KEY_PREFIX}${role.repeat(64).slice(0, 64)}`
/** One of each role's user. */
export const apiKeys: Readonly<Record<Role, string>> = {
  viewer: keyOf('viewer'),
  operator: keyOf('operator'),
  admin: keyOf('admin'),
}

const [month] = /^[0-9]+-[0-9]+/.exec(new Date().toISOString()) ?? ['']

/** Made again each month, because its keys expire. */
export const withUsers: Template = {
  name: `users_${migrated.name}_${month.replace('-', '_')}`,
  from: migrated,
  async make(databaseUrl) {
    const db = connectDatabase(databaseUrl)
    const config = {
      authSecret: AUTH_SECRET,
      previousAuthSecrets: [],
      adminUrl: 'http://localhost',
      trustedOrigins: [],
    }
    const accounts = createAccounts({ db, auth: createAuth(db, config, systemClock), now: systemClock })
    const caller = cliCaller('test')
    for (const role of roles) {
      await accounts.createUser(caller, { username: role, password: PASSWORD, role })
      const { id } = await accounts.createApiKey(caller, { username: role, keyName: 'test' })
      const key = apiKeys[role]
      await db.apikey.update({
        where: { id },
        data: { key: hashOfKey(key), start: key.slice(0, 12) },
      })
    }
    await db.$disconnect()
  },
}
