/** Tests which passwords are refused, wherever one is set, and that the check is quick. */
import { describe, expect, it } from 'vitest'
import { checkPassword } from '#server/auth/password.ts'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { signedIn, visit } from '#test/helpers/visitor.ts'

const anna = { username: 'anna.smith', name: 'Anna Smith', email: 'anna.smith@example.org' }

describe('a password', () => {
  it.each([
    'passwordpassword',
    'password1234',
    'aaaaaaaaaaaaaaaa',
    '123456789012',
    'qwertyuiop123',
    'changemechangeme',
    'x'.repeat(128),
  ])('is refused when it is easy to guess: %s', async (password) => {
    await expect(checkPassword(password, anna)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      path: ['password'],
      message: expect.stringContaining('easy to guess. Use several unrelated words'),
    })
  })

  it.each([
    'anna.smith@example.org',
    'annasmith1234',
    'AnnaSmithAnna',
    'Smith@nna2026',
    'example.organnasmith',
  ])('is refused when it is made of the user’s name or address: %s', async (password) => {
    const refused = checkPassword(password, { ...anna, email: 'example.org@example.org' })
    await expect(refused).rejects.toMatchObject({ message: expect.stringContaining('made of') })
  })

  it.each([
    PASSWORD,
    'correct horse battery',
    'annasmith1234', // of another user
    'anna 8273918273645', // the rest is strong on its own
    'Ψ4 ünïcödé wörds here',
  ])('is accepted: %s', async (password) => {
    const other = password.startsWith('anna ')
      ? anna
      : { ...anna, username: 'ben', name: '', email: 'b@x.org' }
    await expect(checkPassword(password, other)).resolves.toBeUndefined()
  })

  it.each(['p@$$w0rd', '1.1.11', '4@8({[<369', 'anna.smith', '31.12.1999'])(
    'of the greatest length is checked in bounded time: %s',
    async (part) => {
      await checkPassword(PASSWORD, anna) // loads the dictionaries
      const before = process.cpuUsage()
      await checkPassword(part.repeat(20).slice(0, 128), anna).catch(() => undefined)
      await checkPassword(part.repeat(100_000), anna).catch(() => undefined)
      // Processor time, because a busy machine makes any check last. Microseconds: 80,000 on an idle core.
      expect(process.cpuUsage(before).user).toBeLessThan(2_000_000)
    },
  )
})

describe('a weak password', () => {
  const admin = adminInFile()

  const weak = 'passwordpassword'
  const refusal = (field: string) => ({
    __typename: 'InvalidInputError',
    path: ['input', field],
    message: expect.stringContaining('easy to guess'),
  })

  it('is refused when a user is created, and the user is not', async () => {
    const input = { username: 'wim', password: weak, role: 'VIEWER' }
    expect(await admin.mutate('createUser', input, 'id', 'admin')).toMatchObject(refusal('password'))
    expect(await admin.server.db.user.count({ where: { username: 'wim' } })).toBe(0)
  })

  it('is refused as a new password of a user and of oneself, and the old one stays', async () => {
    const { id } = await admin.server.db.user.findUniqueOrThrow({ where: { username: 'viewer' } })
    const input = { id: Buffer.from(`User:${id}`).toString('base64'), password: weak }
    expect(await admin.mutate('resetUserPassword', input, 'id', 'admin')).toMatchObject(refusal('password'))
    const visitor = await signedIn(admin, 'viewer')
    const change = await visitor.mutate('changePassword', { newPassword: weak }, 'hasPassword')
    expect(change).toMatchObject(refusal('newPassword'))
    expect((await visit(admin.adminUrl).signIn('viewer', PASSWORD)).status).toBe(200)
  })

  it('that was set earlier still signs in', async () => {
    const { db, auth } = admin.server
    const hash = await (await auth.$context).password.hash(weak)
    await db.account.updateMany({ where: { user: { username: 'operator' } }, data: { password: hash } })
    expect((await visit(admin.adminUrl).signIn('operator', weak)).status).toBe(200)
  })
})
