/** Tests what is wrong with files of the installation: each fault has its place and says what was expected. */
import { beforeAll, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { planOf } from './configured.ts'
import { installationOf, planInstallation } from './configured-installation.ts'

const admin = adminInFile()
beforeAll(async () => void (await makeAnchor(admin, 'edu')))
const URL_OF_ONE = 'http://127.0.0.1:1/hook'

it.each<[what: string, sections: object, message: string | RegExp]>([
  ['a section of an anchor', { members: [] }, 'InstallationFile has no field "members".'],
  ['an anchor', { anchor: 'main' }, 'The file is about the anchor "main", not the installation.'],
  [
    'a new anchor without identifier',
    { anchors: [{ slug: 'x' }] },
    'Enter the Entity Identifier of the anchor.',
  ],
  [
    'an identifier of the first anchor',
    { anchors: [{ slug: 'main', entityId: 'https://ta.example.org' }] },
    'TA_DOMAIN configures the identifier of main. Remove it here.',
  ],
  [
    'a slug that is none',
    { anchors: [{ slug: 'A', entityId: 'https://a.example.org' }] },
    /^slug must have 1 to 32 lower-case letters/,
  ],
  [
    'another identifier of an anchor',
    { anchors: [{ slug: 'edu', entityId: 'https://edu.example.org' }] },
    /^Its Entity Identifier never changes: it is http:.*\/edu\. Create another anchor\.$/,
  ],
  [
    'an algorithm, which cannot be read back',
    { anchors: [{ slug: 'x', entityId: 'https://x.example.org', alg: 'ES256' }] },
    'Anchor has no field "alg".',
  ],
  [
    'a webhook of an anchor that there is not',
    { webhooks: [{ url: URL_OF_ONE, anchors: ['nowhere'] }] },
    'There is no anchor nowhere, here or in the files.',
  ],
  ['a secret', { webhooks: [{ url: URL_OF_ONE, secret: 'x' }] }, 'Webhook has no field "secret".'],
  [
    'a URL in another form',
    { webhooks: [{ url: 'http://127.0.0.1:1' }] },
    'Write the URL as http://127.0.0.1:1/.',
  ],
  ['an unknown event', { webhooks: [{ url: URL_OF_ONE, events: ['dance'] }] }, /^Enter one of /],
  [
    'hours outside their limits',
    { protection: { validForHours: 0 } },
    'validForHours must be between 1 and 720.',
  ],
])('refuses %s', async (_what, sections, message) => {
  const { hash, faults } = await planInstallation(admin, installationOf(sections))
  expect(hash).toBeNull()
  expect(faults).toMatchObject([
    {
      line: expect.any(Number),
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    },
  ])
})

it('is no file of an anchor', async () => {
  const { faults } = await planOf(admin, installationOf({}))
  expect(faults).toMatchObject([{ message: 'The file is about the installation, not main.' }])
})
