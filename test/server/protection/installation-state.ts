/** What protected operations change, read from the database and the key directory. */
import { createHash } from 'node:crypto'
import { readKeyDirectory } from '#store/key-directory.ts'
import type { TestAdmin } from '#test/helpers/admin.ts'

/** Equal before and after an attempt that changed nothing. */
export async function readState({ server, config }: TestAdmin): Promise<object> {
  const { installation: db } = server
  const keys = await readKeyDirectory(config.keysDirectory)
  const [settings, subordinates, marks, types, anchors, users, passwords, plan, protection, entries] =
    await Promise.all([
      db.settings.findMany({ omit: { evaluatedVersion: true, updatedAt: true } }),
      db.subordinate.findMany({
        select: { entityId: true, active: true, jwks: true, metadataPolicy: true, constraints: true },
        orderBy: { id: 'asc' },
      }),
      db.trustMark.findMany({ select: { id: true, active: true, validFor: true }, orderBy: { id: 'asc' } }),
      db.trustMarkType.findMany({ select: { type: true, validFor: true }, orderBy: { id: 'asc' } }),
      db.anchor.findMany({ select: { slug: true, pausedAt: true }, orderBy: { slug: 'asc' } }),
      db.user.findMany({
        select: { username: true, role: true, banned: true, twoFactorEnabled: true },
        orderBy: { id: 'asc' },
      }),
      db.account.findMany({ select: { password: true }, orderBy: { id: 'asc' } }),
      db.keyRollover.findMany(),
      db.protection.findMany(),
      db.auditHead.findMany({ select: { prunedId: true } }),
    ])
  const passwordsHash = createHash('sha256').update(JSON.stringify(passwords)).digest('hex')
  return {
    keys: keys.listed.map(({ jwk, role }) => [jwk.kid, role]),
    withdrawn: keys.historical.map(({ kid }) => kid),
    ...{ settings, subordinates, marks, types, anchors, users, passwordsHash, plan, protection, entries },
  }
}
