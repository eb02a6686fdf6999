/** Tests a read-only key directory: the server reports it and continues to serve. */
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { startReadOnlyAdmin } from '#test/helpers/read-only-admin.ts'

const admin = adminInFile()
const reading = inFile(() => startReadOnlyAdmin(admin))

async function ask(query: string) {
  const response = await fetch(`${reading.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': admin.keys.admin },
    body: JSON.stringify({ query }),
  })
  return ((await response.json()) as { data: unknown }).data // the documents below are valid
}

const REASON = `The key directory ${tmpdir()}/`

it('reports it with the keys, and the reason', async () => {
  expect(await ask('{ signingKeys { isWritable readOnlyReason keys { state file } } }')).toEqual({
    signingKeys: {
      isWritable: false,
      readOnlyReason: `The key directory ${reading.directory} is not writable by the user of the admin server. Change its owner or its mode.`,
      keys: [{ state: 'CURRENT', file: 'private.json' }],
    },
  })
  const { data } = await admin.execute('{ signingKeys { isWritable readOnlyReason } }')
  expect(data).toEqual({ signingKeys: { isWritable: true, readOnlyReason: null } })
})

it.each([
  ['announceSigningKey', '{alg: ES256}'],
  ['switchSigningKey', '{}'],
  ['retireKey', '{kid: "x"}'],
  ['revokeKey', '{kid: "x", reason: "compromised"}'],
  ['createTrustAnchor', '{slug: "x", entityId: "https://x.example.org", displayName: "X"}'],
])(
  '%s fails with the reason, and changes nothing',
  {
    tags: [
      'mutation/announceSigningKey/KeyDirectoryReadOnlyError',
      'mutation/switchSigningKey/KeyDirectoryReadOnlyError',
      'mutation/retireKey/KeyDirectoryReadOnlyError',
      'mutation/revokeKey/KeyDirectoryReadOnlyError',
      'mutation/createTrustAnchor/KeyDirectoryReadOnlyError',
    ],
  },
  async (name, input) => {
    const before = await readdir(reading.directory, { recursive: true })
    expect(
      await ask(`mutation { result: ${name}(input: ${input}) { __typename ... on Error { code message } } }`),
    ).toEqual({
      result: {
        __typename: 'KeyDirectoryReadOnlyError',
        code: 'KEY_DIRECTORY_READ_ONLY',
        message: expect.stringContaining(REASON),
      },
    })
    expect(await readdir(reading.directory, { recursive: true })).toEqual(before)
    expect(
      await admin.server.db.auditEvent.count({
        where: { resourceType: 'SigningKey', outcome: 'SUCCEEDED' },
      }),
    ).toBe(0)
  },
)
