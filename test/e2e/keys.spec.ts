/** Tests the key rollover in the console, step by step, and an emergency revocation. */
import { beforeAll, expect } from 'vitest'
import { generateSigningKey } from '#core/keys.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { journey } from '#test/helpers/journey.ts'
import { eventually } from '#test/helpers/product.ts'
import { memberInFile } from '#test/helpers/subordinate.ts'
import { make } from './make.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const admin = adminInFile()
const entity = memberInFile(admin)
beforeAll(async () => {
  await make(admin, 'registerSubordinate', { entityId: entity.id }, 'id')
  const type = `${admin.entityId}/marks/member`
  await make(admin, 'createTrustMarkType', { type }, 'id')
  await make(admin, 'issueTrustMark', { trustMarkType: type, entityId: entity.id }, 'id')
})
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/settings/keys'))

/** A step of the rollover, by its heading. */
const stage = (name: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('heading', { name }) })
const dialog = () => page.getByRole('alertdialog')

async function publishedKids(): Promise<string[]> {
  const response = await fetch(`${admin.entityId}/.well-known/openid-federation`)
  const [, payload = ''] = (await response.text()).split('.')
  const { jwks } = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return jwks.keys.map(({ kid }: { kid: string }) => kid)
}

journey('keys are announced, used, retired and revoked', (step) => {
  step('announces a key, and refuses an early switch with the reason', async () => {
    await page.getByRole('button', { name: 'Announce a key' }).click()
    const algorithm = page.getByRole('dialog').getByLabel('Algorithm')
    await algorithm.selectOption('ML-DSA-65: post-quantum, recommended of its kind')
    await page.getByRole('status').filter({ hasText: 'Each signature has 4,412 characters' }).waitFor()
    const unsure = page.getByRole('status').filter({ hasText: 'ML-DSA-65 is neither in the metadata' })
    expect(await unsure.getByRole('link').getAttribute('href')).toBe('/subordinates?algorithm=ML-DSA-65')
    await algorithm.selectOption('ES256')
    expect(await page.getByRole('dialog').getByText('Each signature has').count()).toBe(0)
    await page.getByRole('button', { name: 'Make and announce it' }).click()
    await stage('Announce the next key').getByText('Done', { exact: true }).waitFor()
    await stage('Switch to the new key').getByText('Not safe yet', { exact: true }).waitFor()
    await stage('Wait until caches have it').getByText('The next step is safe').waitFor()
    await expect.poll(async () => (await publishedKids()).length).toBe(2)

    await page.getByRole('button', { name: 'Switch now (unsafe)…' }).click()
    await dialog().getByRole('button', { name: 'Switch now (unsafe)' }).click()
    await dialog()
      .getByRole('alert')
      .filter({ hasText: 'caches may hold an Entity Configuration without' })
      .waitFor()
    await dialog().getByRole('button', { name: 'Cancel' }).click()
    expect(complaints).toEqual([])
  })

  step(
    'switches after the waiting time, re-signs the Trust Marks, and shows progress to the end',
    async () => {
      // Simulates a day.
      await admin.server.db.signingKey.updateMany({
        where: { state: 'ANNOUNCED' },
        data: { usableFrom: new Date() },
      })
      await page.reload()
      await page.getByRole('button', { name: 'Switch to it' }).click()
      await dialog().getByRole('button', { name: 'Switch' }).click()
      await page.getByRole('button', { name: 'Re-issue 1 Trust Mark' }).click()
      await stage('Re-issue the Trust Marks').getByText('Succeeded', { exact: true }).waitFor()
      await stage('Re-issue the Trust Marks').getByText('Done', { exact: true }).waitFor()
      expect(complaints).toEqual([])
    },
  )

  step('retires the previous key only after confirmation while caches hold its signatures', async () => {
    const [, before = ''] = await publishedKids()
    await page.getByRole('button', { name: 'Retire now (unsafe)…' }).click()
    await dialog().getByRole('button', { name: 'Retire' }).click()
    await dialog().getByRole('alert').filter({ hasText: 'caches may hold signatures of the key' }).waitFor()
    await dialog().getByRole('checkbox').check()
    await dialog().getByRole('button', { name: 'Retire' }).click()
    await page.getByRole('table', { name: 'Historical keys' }).getByText('Retired').waitFor()
    await page.getByRole('table', { name: 'Historical keys' }).getByText(before).waitFor()
    await expect.poll(publishedKids).not.toContain(before)
    expect(complaints).toEqual([])
  })

  step('revokes the current key only as an emergency', async () => {
    const [stolen = ''] = await publishedKids()
    const { kid: beside } = await admin.mutate('announceSigningKey', { alg: 'ES256' }, 'kid', 'admin')
    await page.reload()
    const published = page.getByRole('table', { name: 'Published keys' })
    await published
      .getByRole('row')
      .filter({ hasText: stolen })
      .getByRole('button', { name: 'Revoke…' })
      .click()
    await dialog().getByText(stolen).waitFor()
    await dialog().getByRole('button', { name: 'Revoke key' }).click()
    await dialog().getByRole('alert').filter({ hasText: 'This is the current key.' }).waitFor()
    const exposed = dialog().getByRole('checkbox', { name: 'Other files of the key directory may be stolen' })
    await dialog().getByText('is revoked too').waitFor()
    await exposed.uncheck()
    await dialog().getByText('replaces it immediately').filter({ hasText: 'The announced key' }).waitFor()
    await exposed.check()
    await dialog().getByRole('checkbox', { name: 'Emergency' }).check()
    await dialog().getByRole('button', { name: 'Revoke key' }).click()
    const history = page.getByRole('table', { name: 'Historical keys' })
    for (const kid of [stolen, beside])
      await history.getByRole('row').filter({ hasText: kid }).getByText('compromised').waitFor()
    await history.getByText('cannot be verified').first().waitFor()
    await page.getByRole('button', { name: 'Re-issue 1 Trust Mark' }).waitFor()
    await expect.poll(publishedKids).not.toContain(stolen)
    expect(complaints).toEqual([])
  })

  step('shows a key that signs answers, and retires it when no server signs with it', async () => {
    const { kid, ...answers } = await generateSigningKey('ES256')
    await writeNewKey(admin.config.keysDirectory, { kid, ...answers }, { purpose: 'answers' })
    await eventually(async () => expect(await publishedKids()).toContain(kid))
    await page.reload()
    await page.getByText('a rollover leaves it as it is').waitFor()
    const row = page.getByRole('table', { name: 'Published keys' }).getByRole('row').filter({ hasText: kid })
    await row.getByText('Signs answers', { exact: true }).filter({ visible: true }).waitFor()
    await row.getByText('not known to all caches until').filter({ visible: true }).waitFor()
    await stage('Retire the old key').getByText('Later', { exact: true }).waitFor()
    await row.getByRole('button', { name: 'Retire…' }).click()
    await dialog().getByRole('button', { name: 'Retire' }).click()
    await dialog()
      .getByRole('alert')
      .filter({ hasText: 'A federation server may sign answers with this key.' })
      .waitFor()
    await dialog().getByRole('checkbox').check()
    await dialog().getByRole('button', { name: 'Retire' }).click()
    const history = page.getByRole('table', { name: 'Historical keys' })
    await history.getByRole('row').filter({ hasText: kid }).getByText('Retired').waitFor()
    await eventually(async () => expect(await publishedKids()).not.toContain(kid))
    expect(complaints).toEqual([])
  })
})
