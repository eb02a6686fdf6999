/** Tests that a second factor can be required of the people of organizations. */
import { URI } from 'otpauth'
import { expect, it } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { signInAsMember } from '#test/helpers/member.ts'

const admin = adminInFile({}, { secondFactorGroups: ['member'] })

const VIEWER = '{ viewer { lacksSecondFactor organizations { name } account { twoFactorEnabled } } }'

it('a member sees nothing before it is set up, and everything after', async () => {
  const { id: organizationId } = await admin.mutate('createOrganization', { name: 'Lund' }, 'id')
  const anna = await signInAsMember(admin, { organizationId, email: 'anna@lu.example', mayInvite: true })
  expect((await anna.execute(VIEWER)).data.viewer).toEqual({
    lacksSecondFactor: true,
    organizations: [],
    account: { twoFactorEnabled: false },
  })
  const invite = `mutation { invitePerson(input: { organizationId: "${organizationId}", email: "bo@lu.example" }) { __typename } }`
  expect((await anna.execute(invite)).errors).toMatchObject([
    {
      message: expect.stringMatching(/^Your account requires a second factor/),
      extensions: { code: 'SECOND_FACTOR_REQUIRED' },
    },
  ])

  const { body } = await anna.auth('/two-factor/enable', { password: PASSWORD })
  const code = URI.parse(body.totpURI).generate()
  expect((await anna.auth('/two-factor/verify-totp', { code })).status).toBe(200)
  expect((await anna.execute(VIEWER)).data.viewer).toEqual({
    lacksSecondFactor: false,
    organizations: [{ name: 'Lund' }],
    account: { twoFactorEnabled: true },
  })
})

it('an operator who is no member needs none', async () => {
  const { data } = await admin.execute('{ viewer { lacksSecondFactor } }', {}, 'operator')
  expect(data.viewer.lacksSecondFactor).toBe(false)
})
