/** An anchor is not created where it would take what another one serves, or where nothing would reach it. */
import { expect, it } from 'vitest'
import { servedPaths } from '#federation/http/served-paths.ts'
import { adminInFile } from '#test/helpers/admin.ts'

const admin = adminInFile()

it('leaves the first anchor as it is', async () => {
  const paths = servedPaths.filter((path) => path !== '/')
  const unreachable = ['/a/../edu', '/%65du', '//edu']
  for (const path of [...paths, ...unreachable]) {
    const input = { slug: 'edu', displayName: 'Education', entityId: `${admin.entityId}${path}` }
    expect(await admin.mutate('createTrustAnchor', input, 'slug', 'admin'), path).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/^(The anchor main serves |Nothing reaches the path )/),
      path: ['input', 'entityId'],
    })
  }
  expect(await admin.server.installation.anchor.count()).toBe(1)
  expect((await admin.get('/.well-known/openid-federation')).status).toBe(200)
})
