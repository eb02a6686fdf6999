/** Tests what the subscription of a console starts with. */
import { expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { subscribe } from '#test/helpers/subscription.ts'

const admin = adminInFile()

const rename = (organizationName: string) =>
  admin.mutate('updateTrustAnchor', { organizationName }, 'slug', 'admin')
const follow = (argument: string) =>
  subscribe(
    admin.adminUrl,
    admin.keys.viewer,
    `subscription { changed${argument} { auditEvent { action changes { path after } } } }`,
  )
const named = (after: string) => ({
  data: { changed: { auditEvent: { changes: [{ path: 'organizationName', after }] } } },
})

it('starts with the entries of the time that the client names, in order', async () => {
  await rename('First')
  await rename('Second')
  const [all, none, later] = [
    await follow('(lastMilliseconds: 60000)'),
    await follow('(lastMilliseconds: -1)'),
    await follow(''),
  ]
  await expect.poll(() => all.results.slice(-2)).toMatchObject([named('First'), named('Second')])
  await rename('Third')
  for (const { results } of [all, none, later])
    await expect.poll(() => results.at(-1)).toMatchObject(named('Third'))
  expect([none, later].map(({ results }) => results.length)).toEqual([1, 1])
})
