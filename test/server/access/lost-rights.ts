/** Users with an API key, and the ways in which such a key loses rights. */
import { PASSWORD, type TestAdmin } from '#test/helpers/admin.ts'

let made = 0

/** A user of its own, with a role in the first anchor only, and a key. */
export async function makeKey(admin: TestAdmin, more: object = {}) {
  const username = `user${++made}`
  const roles = { anchorRoles: [{ anchor: 'main', role: 'OPERATOR' }] }
  const { id } = await admin.mutate('createUser', { username, password: PASSWORD, ...roles }, 'id', 'admin')
  const input = { username, name: 'script', ...more }
  const { key, apiKey } = await admin.mutate('createApiKey', input, 'key apiKey { id }', 'admin')
  const [, keyRow = ''] = atob(apiKey.id).split(':')
  return { username, userId: id, key, keyId: apiKey.id, keyRow }
}

export type MadeKey = Awaited<ReturnType<typeof makeKey>>

type Loss = readonly [
  when: string,
  /** What is left. */
  role: string | null,
  lose: (admin: TestAdmin, made: MadeKey) => Promise<unknown>,
]

const update =
  (change: object): Loss[2] =>
  (admin, { userId }) =>
    admin.mutate('updateUser', { id: userId, ...change }, 'id', 'admin')
const inAnchor = (role: string | null) => update({ anchorRoles: [{ anchor: 'main', role }] })

export const losses: readonly Loss[] = [
  [
    'the key is revoked',
    null,
    (admin, { keyId }) => admin.mutate('revokeApiKey', { id: keyId }, 'id', 'admin'),
  ],
  ['the owner gets a lower role', 'VIEWER', inAnchor('VIEWER')],
  ['the owner loses the role', null, inAnchor(null)],
  ['the owner is locked out', null, update({ banned: true })],
  [
    'the account of the owner is secured',
    null,
    (admin, { userId }) => admin.mutate('secureUser', { id: userId }, 'sessionsEnded', 'admin'),
  ],
  [
    'the owner is removed',
    null,
    (admin, { userId }) => admin.mutate('removeUser', { id: userId }, '', 'admin'),
  ],
]
