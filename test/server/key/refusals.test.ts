/** Tests refused key operations while there is one key. */
import { readdir } from 'node:fs/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { eachRow } from '#test/helpers/rows.ts'
import { signedIn } from '#test/helpers/visitor.ts'
import { changeKey, keysByState } from './key-state.ts'

const admin = adminInFile()

const change = (name: string, input: object) => changeKey(admin, name, input)
const keys = () => keysByState(admin)
const filesNow = () => readdir(admin.config.keysDirectory, { recursive: true })

describe('with one key', () => {
  let current: string
  beforeEach(async () => {
    current = (await keys()).CURRENT ?? ''
  })

  it.each([
    ['switchSigningKey', {}, 'NOT_FOUND', null, /No key is announced/],
    ['switchSigningKey', { overrideReason: 'now' }, 'NOT_FOUND', null, /No key is announced/],
    [
      'announceSigningKey',
      { alg: 'ES256', store: 'PKCS11' },
      'INVALID_INPUT',
      ['input', 'store'],
      /^The store pkcs11 is not configured. Use files/,
    ],
    ['retireKey', { kid: 'unknown' }, 'NOT_FOUND', ['input', 'kid'], /no key "unknown"/],
    [
      'revokeKey',
      { kid: 'unknown', reason: 'compromised' },
      'NOT_FOUND',
      ['input', 'kid'],
      /no key "unknown"/,
    ],
    [
      'revokeKey',
      { kid: 'unknown', reason: ' ' },
      'INVALID_INPUT',
      ['input', 'reason'],
      /must be compromised, superseded/,
    ],
  ])(
    'refuses %s %j',
    {
      tags: [
        'mutation/announceSigningKey/InvalidInputError',
        'mutation/switchSigningKey/NotFoundError',
        'mutation/retireKey/NotFoundError',
        'mutation/revokeKey/InvalidInputError',
        'mutation/revokeKey/NotFoundError',
      ],
    },
    async (name, input, code, path, message) => {
      const before = await filesNow()
      expect(await change(name, input)).toMatchObject({ code, path, message: expect.stringMatching(message) })
      expect(await filesNow()).toEqual(before)
    },
  )

  it('needs no input to switch in the usual way', async () => {
    const answer = await admin.execute('mutation { switchSigningKey { ... on Error { code } } }')
    expect(answer).toEqual({ data: { switchSigningKey: { code: 'NOT_FOUND' } } })
  })

  it.each([
    ['retireKey', {}, 'CONFLICT', ['input', 'kid'], /This is the current key. Announce another/],
    [
      'revokeKey',
      { reason: 'superseded' },
      'UNSAFE_KEY_CHANGE',
      ['input', 'emergency'],
      /makes a new key sign/,
    ],
  ])(
    'refuses %s of the current key',
    { tags: ['mutation/retireKey/ConflictError', 'mutation/revokeKey/UnsafeKeyChangeError'] },
    async (name, input, code, path, message) => {
      const result = await change(name, { kid: current, ...input })
      expect(result).toMatchObject({ code, path, message: expect.stringMatching(message) })
      expect(await keys()).toEqual({ CURRENT: current })
    },
  )
})

eachRow(
  [
    ['announceSigningKey', { alg: 'ES256' }, 'kid'],
    ['switchSigningKey', {}, 'kid'],
    ['retireKey', { kid: 'unknown' }, 'kid'],
    ['revokeKey', { kid: 'unknown', reason: 'compromised' }, 'kid'],
    ['scheduleRollover', { months: 12 }, 'version'],
  ],
  ([mutation]) => [`mutation/${mutation}/ReauthenticationRequiredError`],
)('%s requires a recent sign-in of a session', async (mutation, input, selection) => {
  const visitor = await signedIn(admin, 'admin')
  await admin.server.db.session.updateMany({ data: { createdAt: new Date(Date.now() - 3_600_000) } })
  const answer = await visitor.mutate(mutation, input, selection)
  expect(answer).toMatchObject({ code: 'REAUTHENTICATION_REQUIRED' })
  expect(Object.keys(await keys())).toEqual(['CURRENT'])
})
