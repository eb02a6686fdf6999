/** Tests the user's own account: sessions, password, and operations that need a recent sign-in. */
import { beforeEach, describe, expect, it } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { eachRow } from '#test/helpers/rows.ts'
import { signedIn, signedInByPassword, type Visitor, visit } from '#test/helpers/visitor.ts'

const admin = adminInFile()
beforeEach(async () => void (await admin.server.db.rateLimit.deleteMany()))

const SESSIONS =
  '{ viewer { username account { isRecentlySignedIn hasPassword sessions { id isCurrent } } } }'
const viewerOf = async (visitor: Visitor) => (await visitor.execute(SESSIONS)).data.viewer

const ageSessions = () =>
  admin.server.db.session.updateMany({ data: { createdAt: new Date(Date.now() - 3_600_000) } })

describe('sessions', () => {
  it('are listed, and end one at a time or all except the current one', {
    tags: ['mutation/endSession/success', 'mutation/endOtherSessions/success'],
  }, async () => {
    const [here, there, elsewhere] = [
      await signedIn(admin, 'viewer'),
      await signedIn(admin, 'viewer'),
      await signedIn(admin, 'viewer'),
    ]
    const { account } = await viewerOf(here)
    expect(account.sessions).toHaveLength(3)
    const thereNow = (await viewerOf(there)).account.sessions.find(
      (session: { isCurrent: boolean }) => session.isCurrent,
    )

    await here.mutate('endSession', { id: thereNow.id }, 'sessions { id }')
    expect(await viewerOf(there)).toBeNull()
    expect(await viewerOf(elsewhere)).not.toBeNull()

    const { data } = await here.execute(
      'mutation { endOtherSessions { ... on EndOtherSessionsSuccess { account { sessions { isCurrent } } } } }',
    )
    expect(data.endOtherSessions).toEqual({ account: { sessions: [{ isCurrent: true }] } })
    expect(await viewerOf(elsewhere)).toBeNull()
  })

  it('of other users are not accessible', { tags: 'mutation/endSession/NotFoundError' }, async () => {
    const [mine, theirs] = [await signedIn(admin, 'viewer'), await signedIn(admin, 'operator')]
    const { account } = await viewerOf(theirs)
    const answer = await mine.mutate('endSession', { id: account.sessions[0].id }, 'sessions { id }')
    expect(answer).toMatchObject({ __typename: 'NotFoundError', code: 'NOT_FOUND', path: ['input', 'id'] })
    expect(await viewerOf(theirs)).not.toBeNull()
  })

  it('are replaced by signing in again, not added to', async () => {
    const visitor = await signedIn(admin, 'operator')
    const before = await admin.server.db.session.count({ where: { user: { username: 'operator' } } })
    await visitor.signIn('operator', PASSWORD)
    expect(await admin.server.db.session.count({ where: { user: { username: 'operator' } } })).toBe(before)
  })

  it('do not change when the password is wrong', async () => {
    const visitor = await signedIn(admin, 'operator')
    expect((await visitor.signIn('operator', 'not the password')).status).toBe(401)
    expect(await viewerOf(visitor)).toMatchObject({ username: 'operator' })
  })
})

describe('a password', () => {
  it('is changed by its owner, and the other sessions end', {
    tags: 'mutation/changePassword/success',
  }, async () => {
    const [here, there] = [await signedIn(admin, 'viewer'), await signedIn(admin, 'viewer')]
    const newPassword = 'staple battery horse correct'
    expect(await here.mutate('changePassword', { newPassword }, 'hasPassword')).toEqual({ hasPassword: true })
    expect(await viewerOf(here)).not.toBeNull()
    expect(await viewerOf(there)).toBeNull()
    expect((await visit(admin.adminUrl).signIn('viewer', PASSWORD)).status).toBe(401)
    await signedInByPassword(admin, 'viewer', newPassword)
  })

  it.each(['too short', 'x'.repeat(129)])(
    'is refused when it is %s',
    { tags: 'mutation/changePassword/InvalidInputError' },
    async (newPassword) => {
      const visitor = await signedIn(admin, 'operator')
      const answer = await visitor.mutate('changePassword', { newPassword }, 'hasPassword')
      expect(answer).toMatchObject({ code: 'INVALID_INPUT', path: ['input', 'newPassword'] })
    },
  )
})

describe('a change of access', () => {
  const operator = async () => {
    const { id } = await admin.server.db.user.findUniqueOrThrow({ where: { username: 'operator' } })
    return Buffer.from(`User:${id}`).toString('base64')
  }
  const invited = async (username: string) => {
    const { db } = admin.server
    const user = await db.user.findUnique({ where: { username } })
    if (user) return { id: Buffer.from(`User:${user.id}`).toString('base64') }
    const { id } = await admin.mutate('createUser', { username, role: 'VIEWER' }, 'id', 'admin')
    return { id }
  }
  const apiKey = async () => {
    const key = await admin.server.db.apikey.findFirstOrThrow({ where: { name: 'script' } })
    return Buffer.from(`ApiKey:${key.id}`).toString('base64')
  }
  const sensitive: readonly (readonly [
    mutation: string,
    input: () => Promise<object> | object,
    selection: string,
  ])[] = [
    ['createUser', () => ({ username: 'otto', password: PASSWORD, role: 'VIEWER' }), 'id'],
    ['updateUser', async () => ({ id: await operator(), name: 'Olga' }), 'id'],
    ['resetUserPassword', async () => ({ id: await operator(), password: PASSWORD }), 'id'],
    ['resetSecondFactor', async () => ({ id: await operator() }), 'id'],
    ['createInvitation', () => invited('ina'), 'username'],
    ['createApiKey', () => ({ username: 'operator', name: 'script' }), 'key'],
    ['revokeApiKey', async () => ({ id: await apiKey() }), 'id'], // the key created here
    ['changePassword', () => ({ newPassword: PASSWORD }), 'hasPassword'],
  ]

  eachRow(sensitive, ([mutation]) => [`mutation/${mutation}/ReauthenticationRequiredError`])(
    '%s requires a recent sign-in for a session',
    async (mutation, input, selection) => {
      const visitor = await signedIn(admin, 'admin')
      await ageSessions()
      expect(await viewerOf(visitor)).toMatchObject({ account: { isRecentlySignedIn: false } })
      const refused = await visitor.mutate(mutation, await input(), selection)
      expect(refused).toMatchObject({
        __typename: 'ReauthenticationRequiredError',
        code: 'REAUTHENTICATION_REQUIRED',
      })
      await visitor.signIn('admin', PASSWORD)
      expect(await visitor.mutate(mutation, await input(), selection)).toHaveProperty(selection)
    },
  )

  it('is open to API keys, which cannot sign in again', async () => {
    await ageSessions()
    const answer = await admin.mutate(
      'createApiKey',
      { username: 'operator', name: 'by key' },
      'key',
      'admin',
    )
    expect(answer.__typename).toBe('CreateApiKeySuccess')
  })
})

it('gives an API key no account', async () => {
  const { data } = await admin.execute('{ viewer { account { hasPassword } } }', {}, 'admin')
  expect(data).toEqual({ viewer: { account: null } })
  const { errors } = await admin.execute('mutation { endOtherSessions { __typename } }', {}, 'admin')
  expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
})
