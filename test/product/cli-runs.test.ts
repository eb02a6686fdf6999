/** Tests renewals, crawls and an announced key from the command line: a line for each item, with and without a running product. */
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JwkSet } from '#core/keys.ts'
import { validityOf } from '#server/publish/spread.ts'
import { relyingParty, startEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import {
  connectAdmin,
  eventually,
  inmor,
  type Product,
  prepareInstallation,
  startProduct,
} from '#test/helpers/product.ts'
import { mutate } from './mutation.ts'

const installation = inFile(prepareInstallation)
let product: Product
const member = () => startEntity({ authorityHints: [installation.federationUrl], metadata: relyingParty })
const [good, bad] = [inFile(member), inFile(member)]
afterAll(() => product.stop())
beforeAll(async () => {
  product = await startProduct(installation)
  const admin = await connectAdmin(installation)
  for (const { id } of [good, bad]) await mutate(admin, 'registerSubordinate', { entityId: id }, 'id')
  await mutate(admin, 'updateSchedule', { name: 'walk-collection', enabled: false }, 'name')
})

async function publishedKids() {
  const response = await fetch(`${installation.federationUrl}/.well-known/openid-federation`)
  const { jwks } = decodeJwt<{ jwks: JwkSet }>(await response.text())
  return jwks.keys.map(({ kid }) => kid)
}

const renew = ['renewal', 'start', '--kind=subordinates', '--follow']
const linesOf = (stdout: string) => stdout.trim().split('\n').sort()

test('with a running product', async () => {
  bad.misbehave('not found')
  const renewal = await inmor(installation, renew)
  expect(renewal).toMatchObject({ code: 1, stderr: 'The run ended as SUCCEEDED.\n' })
  expect(linesOf(renewal.stdout)).toEqual(
    expect.arrayContaining([
      `${good.id} ... OK`,
      expect.stringMatching(`^${bad.id} \\.\\.\\. FAILED: .*404`),
      'SUCCEEDED: 1 done, 1 failed.',
    ]),
  )
  bad.misbehave(undefined)
  for (const [args, line] of [
    [[...renew, '--due'], 'SUCCEEDED: 0 done, 0 failed.'],
    [['renewal', 'start', '--kind=trust-marks', '--follow'], 'SUCCEEDED: 0 done, 0 failed.'],
    [['collected', 'crawl', '--follow'], `${installation.federationUrl} ... OK: 2 entities found`],
    [['mark', 'reissue', '--follow'], 'SUCCEEDED: 0 done, 0 failed.'],
  ] as const) {
    const { code, stdout, stderr } = await inmor(installation, args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(linesOf(stdout)).toContain(line)
  }
})

test('changes many subordinates, after a dry run that changes nothing', async () => {
  const change = ['subordinate', 'change', '--follow']
  const checked = await inmor(installation, [...change, '--action=deactivate', '--filter={}', '--dry-run'])
  expect(checked).toMatchObject({ code: 0, stderr: '' })
  const sentence = 'Would change the member: active.'
  expect(linesOf(checked.stdout)).toEqual(
    expect.arrayContaining([
      `${good.id} ... OK: ${sentence}`,
      `${bad.id} ... OK: ${sentence}`,
      'SUCCEEDED: 2 done, 0 failed.',
    ]),
  )
  const update = [...change, '--action=update', '--changes={"validFor": 48}', '--reason=A test.']
  const entities = ['--entity-ids', good.id, '--entity-ids=https://unknown.example.org']
  const changed = await inmor(installation, [...update, ...entities])
  expect(changed).toMatchObject({ code: 1, stderr: 'The run ended as SUCCEEDED.\n' })
  expect(linesOf(changed.stdout)).toEqual(
    expect.arrayContaining([
      `${good.id} ... OK`,
      'https://unknown.example.org ... FAILED: It is not registered.',
      'SUCCEEDED: 1 done, 1 failed.',
    ]),
  )
  const statement = await fetch(`${installation.federationUrl}/fetch?sub=${encodeURIComponent(good.id)}`)
  const { iat = 0, exp = 0 } = decodeJwt(await statement.text())
  expect(validityOf(good.id, exp - iat)).toBe(48)
})

test('without a running product', async () => {
  await product.stop()
  const renewal = await inmor(installation, renew)
  expect(renewal).toMatchObject({ code: 0, stderr: '' })
  expect(linesOf(renewal.stdout)).toEqual(
    expect.arrayContaining([`${good.id} ... OK`, `${bad.id} ... OK`, 'SUCCEEDED: 2 done, 0 failed.']),
  )
  const change = ['subordinate', 'change', '--action=renew', '--filter={}', '--follow']
  const changed = await inmor(installation, change)
  expect(changed).toMatchObject({ code: 0, stderr: '' })
  expect(changed.stdout).toMatch(/\nSUCCEEDED: 2 done, 0 failed\.\n$/)
  const announce = ['keys', 'announce', '--alg=PS256', '--only=kid']
  const kid = (await inmor(installation, announce)).stdout.trim()

  product = await startProduct(installation)
  const list = await fetch(`${installation.federationUrl}/list`)
  expect(await list.json()).toEqual([good.id, bad.id].sort())
  await eventually(async () => expect(await publishedKids()).toContain(kid))
})
