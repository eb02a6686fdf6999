/** Tests renewals, crawls and an announced key from the command line: one line per item, with and without a running product. */
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JwkSet } from '#core/keys.ts'
import { startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { relyingParty } from '#test/helpers/federation.ts'
import {
  connectAdmin,
  eventually,
  type Installation,
  inmor,
  type Product,
  prepareInstallation,
  startProduct,
} from '#test/helpers/product.ts'
import { mutate } from './mutation.ts'

let installation: Installation
let product: Product
let good: TestEntity
let bad: TestEntity

beforeAll(async () => {
  installation = await prepareInstallation()
  product = await startProduct(installation)
  const admin = await connectAdmin(installation)
  const entity = { authorityHints: [installation.federationUrl], metadata: relyingParty }
  ;[good, bad] = [await startEntity(entity), await startEntity(entity)]
  for (const { id } of [good, bad]) await mutate(admin, 'registerSubordinate', { entityId: id }, 'id')
  await mutate(admin, 'updateSchedule', { name: 'walk-collection', enabled: false }, 'name')
})
afterAll(async () => {
  await product.stop()
  await Promise.all([good.close(), bad.close()])
})

async function publishedKids() {
  const response = await fetch(`${installation.federationUrl}/.well-known/openid-federation`)
  const { jwks } = decodeJwt<{ jwks: JwkSet }>(await response.text())
  return jwks.keys.map(({ kid }) => kid)
}

const linesOf = (stdout: string) => stdout.trim().split('\n').sort()

test('with a running product', async () => {
  bad.misbehave('not found')
  const renewal = await inmor(installation, ['renew-subordinates'])
  expect(renewal).toMatchObject({ code: 1, stderr: '' })
  const lines = linesOf(renewal.stdout)
  expect(lines).toHaveLength(3)
  expect(lines).toEqual(
    expect.arrayContaining([
      `Renewing ${good.id} ... OK`,
      expect.stringMatching(`^Renewing ${bad.id} \\.\\.\\. FAILED: .*404`),
      '1 done, 1 failed.',
    ]),
  )
  bad.misbehave(undefined)

  const { code, stdout } = await inmor(installation, ['renew-subordinates', '--json'])
  expect(code).toBe(0)
  const answer = JSON.parse(stdout)
  expect(answer).toMatchObject({ state: 'SUCCEEDED', done: 2, failed: 0, error: null })
  expect(answer.items.map(({ resource }: { resource: string }) => resource).sort()).toEqual(
    [good.id, bad.id].sort(),
  )

  const due = await inmor(installation, ['renew-subordinates', '--due'])
  expect(due).toEqual({ code: 0, stdout: '0 done, 0 failed.\n', stderr: '' })
  const marks = await inmor(installation, ['renew-trust-marks'])
  expect(marks).toEqual({ code: 0, stdout: '0 done, 0 failed.\n', stderr: '' })
  const walk = await inmor(installation, ['collection'])
  expect(walk).toEqual({
    code: 0,
    stdout: `Reading ${installation.federationUrl} ... OK\n1 done, 0 failed.\n`,
    stderr: '',
  })
})

test('lists each republished item', async () => {
  const admin = await connectAdmin(installation)
  const type = 'https://ta.example.org/marks/member'
  await mutate(admin, 'createTrustMarkType', { type }, 'id')
  await mutate(admin, 'issueTrustMark', { trustMarkType: type, entityId: good.id }, 'id')

  const subordinates = await inmor(installation, ['readd-subordinates'])
  expect(subordinates).toMatchObject({ code: 0, stderr: '' })
  expect(linesOf(subordinates.stdout)).toEqual(
    [
      `Publishing ${good.id} ... OK`,
      `Publishing ${bad.id} ... OK`,
      'Published every active subordinate.',
    ].sort(),
  )
  const marks = await inmor(installation, ['reload-issued-tms', '--json'])
  expect(JSON.parse(marks.stdout)).toEqual({
    result: 'Reloaded every issued Trust Mark.',
    items: [{ resource: `${type} of ${good.id}`, ok: true, message: null }],
  })
})

test('changes many subordinates, after a dry run that changes nothing', async () => {
  const change = ['subordinate', 'change', '--follow']
  const checked = await inmor(installation, [...change, '--action=deactivate', '--filter={}', '--dry-run'])
  expect(checked).toMatchObject({ code: 0, stderr: '' })
  const sentence = 'Would remove it from every public endpoint and keep its registration.'
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
      'https://unknown.example.org ... FAILED: https://unknown.example.org is not registered.',
      'SUCCEEDED: 1 done, 1 failed.',
    ]),
  )
  const statement = await fetch(`${installation.federationUrl}/fetch?sub=${encodeURIComponent(good.id)}`)
  const { iat = 0, exp = 0 } = decodeJwt(await statement.text())
  expect(exp - iat).toBe(48 * 3600)
})

test('without a running product', async () => {
  await product.stop()
  const renewal = await inmor(installation, ['renew-subordinates'])
  expect(renewal).toMatchObject({ code: 0, stderr: '' })
  expect(linesOf(renewal.stdout)).toEqual(
    ['2 done, 0 failed.', `Renewing ${good.id} ... OK`, `Renewing ${bad.id} ... OK`].sort(),
  )
  const walk = await inmor(installation, ['collection'])
  expect(walk).toEqual({
    code: 1,
    stdout: '',
    stderr: 'The result is kept in the Redis of the server. Start the server first.\n',
  })
  const change = ['subordinate', 'change', '--action=renew', '--filter={}', '--follow']
  const changed = await inmor(installation, change)
  expect(changed).toMatchObject({ code: 0, stderr: '' })
  expect(changed.stdout).toMatch(/\nSUCCEEDED: 2 done, 0 failed\.\n$/)
  const said = await inmor(installation, ['keys', 'announce', '--alg', 'PS256'])
  const sentence = /^Announced (\S+)\.\nThe server publishes it when it starts\.\n$/
  const [, kid = ''] = sentence.exec(said.stdout) ?? expect.unreachable(said.stderr)

  product = await startProduct(installation)
  const list = await fetch(`${installation.federationUrl}/list`)
  expect(await list.json()).toEqual([good.id, bad.id].sort())
  await eventually(async () => expect(await publishedKids()).toContain(kid))
})
