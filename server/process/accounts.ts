/** The accounts of an opened installation. The parts of signing in take half a second to load: few commands need them. */
import { type Accounts, createAccounts } from '#server/auth/accounts.ts'
import { createAuth } from '#server/auth/auth.ts'
import type { Installation } from '#server/process/installation.ts'

/** `db` is that of the installation, not of an anchor. */
export const accountsOf = ({
  db,
  config,
  now,
  mail,
}: Pick<Installation, 'db' | 'config' | 'now' | 'mail'>): Accounts =>
  createAccounts({ db, auth: createAuth(db, config, now), now, mail })
