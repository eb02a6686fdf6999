/** Describes the list of users, with its filters. */
import type { UserFilter } from '#lib/gql/graphql.ts'
import { choice, rowsOf, search } from '#lib/list/filter.ts'
import type { List } from '#lib/list/list.ts'
import { roleInWords } from './role.ts'

export const userList: List<UserFilter, 'q' | 'role' | 'state'> = {
  things: ['user', 'users'],
  filters: {
    q: search('Username, name or email address'),
    role: choice(
      'Role',
      'All roles',
      rowsOf(roleInWords, (role) => ({ role })),
    ),
    state: choice('State', 'All users', {
      admitted: { label: 'Can sign in', condition: { banned: false } },
      'locked-out': { label: 'Locked out', condition: { banned: true } },
    }),
  },
}
