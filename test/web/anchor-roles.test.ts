/** Tests the roles of users in several anchors: what a form shows, and what it sends. */
import { describe, expect, test } from 'vitest'
import { draftRoles, hasRole, roleIn, rolesInput } from '#lib/auth/anchor-roles.ts'

const main = { slug: 'main', isFirst: true }
const other = { slug: 'test', isFirst: false }
const both = [main, other]
const plain = (role: 'ADMIN' | 'OPERATOR' | 'VIEWER' | null) => ({ role, anchorRoles: [] })

test.each([
  [plain('OPERATOR'), 'OPERATOR', null],
  [plain('ADMIN'), 'ADMIN', 'ADMIN'],
  [{ role: null, anchorRoles: [{ anchorSlug: 'test', role: 'VIEWER' }] }, null, 'VIEWER'],
  [{ role: 'OPERATOR', anchorRoles: [{ anchorSlug: 'main', role: 'ADMIN' }] }, 'ADMIN', null],
] as const)('of %o', (user, inMain, inOther) => {
  expect(roleIn(user, main)).toBe(inMain)
  expect(roleIn(user, other)).toBe(inOther)
})

describe('with one anchor', () => {
  test('a new user is a viewer, and nothing else is sent', () => {
    const draft = draftRoles([main])
    expect(rolesInput(draft, [main])).toEqual({ role: 'VIEWER' })
    expect(rolesInput({ ...draft, isAdministrator: true }, [main])).toEqual({ role: 'ADMIN' })
  })

  test('a role from the time of several anchors is changed too', () => {
    const user = { role: null, anchorRoles: [{ anchorSlug: 'main', role: 'VIEWER' }] } as const
    const draft = { isAdministrator: false, roles: { main: 'OPERATOR' } } as const
    expect(rolesInput(draft, [main], user)).toEqual({
      role: 'OPERATOR',
      anchorRoles: [{ anchor: 'main', role: 'OPERATOR' }],
    })
  })
})

test('a user without a role stays without one until one is chosen', () => {
  const user = plain(null)
  const draft = draftRoles([main], user)
  expect(hasRole(user)).toBe(false)
  expect(draft).toEqual({ isAdministrator: false, roles: { main: '' } })
  expect(rolesInput(draft, [main], user)).toEqual({})
  expect(rolesInput({ ...draft, roles: { main: 'VIEWER' } }, [main], user)).toEqual({ role: 'VIEWER' })
})

test.each(['VIEWER', 'OPERATOR'] as const)('the role %s of the only anchor is taken away', (role) => {
  const draft = { isAdministrator: false, roles: { main: '' } } as const
  expect(rolesInput(draft, [main], plain(role))).toEqual({ anchorRoles: [{ anchor: 'main', role: null }] })
})

describe('with several anchors', () => {
  test('a new user has no role yet', () =>
    expect(draftRoles(both)).toEqual({ isAdministrator: false, roles: { main: '', test: '' } }))

  test('an administrator loses what would be less', () => {
    const user = {
      role: null,
      anchorRoles: [
        { anchorSlug: 'main', role: 'VIEWER' },
        { anchorSlug: 'test', role: 'VIEWER' },
      ],
    } as const
    expect(rolesInput({ isAdministrator: true, roles: {} }, both, user)).toEqual({
      role: 'ADMIN',
      anchorRoles: [
        { anchor: 'main', role: 'ADMIN' },
        { anchor: 'test', role: null },
      ],
    })
  })

  test('an administrator becomes one of a single anchor', () => {
    const roles = { main: '', test: 'ADMIN' } as const
    expect(rolesInput({ isAdministrator: false, roles }, both, plain('ADMIN'))).toEqual({
      role: 'VIEWER',
      anchorRoles: [
        { anchor: 'main', role: null },
        { anchor: 'test', role: 'ADMIN' },
      ],
    })
  })

  test('an administrator of the first anchor is none of the installation', () =>
    expect(rolesInput({ isAdministrator: false, roles: { main: 'ADMIN', test: '' } }, both)).toEqual({
      role: 'OPERATOR',
      anchorRoles: [
        { anchor: 'main', role: 'ADMIN' },
        { anchor: 'test', role: null },
      ],
    }))
})
