/** Changes signing keys as an administrator, and reads their states. */
import type { TestAdmin } from '#test/helpers/admin.ts'

export const changeKey = (admin: TestAdmin, name: string, input: object) =>
  admin.mutate(name, input, /^re/.test(name) ? 'kid revoked { reason }' : 'kid', 'admin')

/** The kid of a key in each state. */
export async function keysByState(admin: TestAdmin): Promise<Record<string, string>> {
  const { data } = await admin.execute('{ signingKeys { keys { kid state } } }')
  return Object.fromEntries(
    data.signingKeys.keys.map(({ kid, state }: Record<string, string>) => [state, kid]),
  )
}
