/** Tests that a refused form shows why, where the user looks: the focus is there, in the window, under nothing. */
import type { Locator, Page } from 'playwright-core'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { adminInFile, startSecondAdmin } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { below } from '#test/helpers/federation.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { freePort } from '#test/helpers/port.ts'
import { openSignedIn } from './signed-in-console.ts'

const TOO_LONG = '9999999'

let page: Page
/** The addresses of a subordinate, a Trust Mark type and a Trust Mark. */
let paths: Record<'member' | 'type' | 'mark', string>

const admin = adminInFile()
const federation = inFile(() => below(admin.entityId).leaf().start())
beforeAll(async () => {
  const { leaf } = federation
  const member = await admin.mutate('registerSubordinate', { entityId: leaf.id }, 'id')
  const trustMarkType = `${admin.entityId}/certified`
  const type = await admin.mutate('createTrustMarkType', { type: trustMarkType }, 'id')
  const mark = await admin.mutate('issueTrustMark', { entityId: leaf.id, trustMarkType }, 'id')
  paths = {
    member: `/subordinates/${encodeURIComponent(member.id)}/edit`,
    type: `/trust-marks/types/${encodeURIComponent(type.id)}/edit`,
    mark: `/trust-marks/${encodeURIComponent(mark.id)}/edit`,
  }
  ;({ page } = await openSignedIn(admin, '/'))
})

/** Whether the middle of an element is in the window and nothing lies above it. */
const isSeen = (place: Locator) =>
  place.evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect()
    const above = document.elementFromPoint(left + width / 2, top + height / 2)
    return above !== null && element.contains(above)
  })
const hasFocus = (place: Locator) => place.evaluate((element) => element === document.activeElement)

async function expectAt(place: Locator): Promise<void> {
  await expect.poll(() => hasFocus(place)).toBe(true)
  expect(await isSeen(place)).toBe(true)
}

const refusal = () => page.locator('[data-refusal]')
const field = (label: string) => page.getByLabel(label, { exact: true })
const fill = (label: string, text: string) => field(label).fill(text)
const press = (name: string) => page.getByRole('button', { name, exact: true }).click()

async function pressIn(dialog: string, name: string): Promise<void> {
  await page.getByRole('dialog', { name: dialog }).getByRole('button', { name, exact: true }).click()
}

const editors = [
  ['settings', () => '/settings/edit', 'Days of the audit log', '3'],
  ['member', () => paths.member, 'Validity of the statement', TOO_LONG],
  ['Trust Mark type', () => paths.type, 'Validity', TOO_LONG],
  ['mark', () => paths.mark, 'Validity', TOO_LONG],
] as const

test.each(editors)('a wrong field of the %s gets the focus, and the bar says why', async (...row) => {
  const [, path, label, wrong] = row
  await page.goto(path())
  await fill(label, wrong)
  await page.evaluate(() => scrollTo(0, 0))
  await press('Save')
  await expectAt(field(label))
  await expect.poll(() => refusal().textContent()).toContain(`${label}:`)
  expect(await isSeen(refusal())).toBe(true)
})

test('a refused save has no violations', async () => {
  await page.goto(paths.mark)
  await fill('Validity', TOO_LONG)
  await press('Save')
  await expectAt(field('Validity'))
  expect(await violations(page)).toEqual([])
})

test.each(editors)('a conflict of the %s is shown in the bar, with the way out', async (...row) => {
  const [, path, label] = row
  await page.goto(path())
  await fill(label, '800')
  const { db } = admin.server
  const newer = { data: { version: { increment: 1 } } }
  await Promise.all([
    db.settings.updateMany(newer),
    db.subordinate.updateMany(newer),
    db.trustMarkType.updateMany(newer),
    db.trustMark.updateMany(newer),
  ])
  await press('Save')
  await expectAt(refusal())
})

test("another administrator's change can be taken over where the conflict is shown", async () => {
  await page.goto('/settings/edit')
  await fill('Organization name', 'Mine')
  await admin.mutate('updateTrustAnchor', { runRetentionDays: 77 }, 'version', 'admin')
  await press('Save')
  await expectAt(refusal())
  const take = page.getByRole('button', { name: 'Take their changes and keep mine' })
  expect(await isSeen(take)).toBe(true)
  expect(await violations(page)).toEqual([])
  await take.click()
  await refusal().waitFor({ state: 'detached' })
  await press('Save')
  await page.waitForURL('/settings')
})

const shortForms = [
  {
    what: 'user',
    path: '/administration/users',
    at: () => field('Username'),
    async send() {
      await press('Create a user')
      await fill('Username', 'viewer')
      await fill('First password', 'long enough for these tests')
      await pressIn('Create a user', 'Create user')
    },
  },
  {
    what: 'API key',
    path: '/administration/api-keys',
    at: () => refusal(),
    async send() {
      await press('Create an API key')
      await fill('Name', 'script')
      await fill('Owner', 'nobody')
      await pressIn('Create an API key', 'Create key')
    },
  },
  {
    what: 'schedule',
    path: '/activity',
    at: () => field('Cron line'),
    async send() {
      await page.getByRole('button', { name: 'Edit schedule' }).first().click()
      await page.getByLabel('How often').selectOption('by a cron line')
      await fill('Cron line', '0 0 31 2 *')
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    },
  },
  {
    what: 'password',
    path: '/account',
    at: () => field('Repeat the new password'),
    async send() {
      await page.getByRole('button', { name: 'Change', exact: true }).first().click()
      await fill('New password', 'long enough for these tests')
      await fill('Repeat the new password', 'another one of that length')
      await pressIn('Change your password', 'Change password')
    },
  },
  {
    what: 'new Trust Mark type',
    path: '/trust-marks/types/new',
    at: () => field('Type identifier'),
    async send() {
      await fill('Type identifier', 'no URL')
      await press('Create Trust Mark type')
    },
  },
]

test.each(shortForms)(
  'a refusal of the $what gets the focus at its field or as a whole',
  async ({ path, at, send }) => {
    await page.goto(path)
    await send()
    await expectAt(at())
  },
)

test('a fault in the policy gets the focus', async () => {
  await page.goto('/settings/policy')
  const editor = page.getByRole('textbox', { name: 'Metadata policy' })
  await editor.click()
  await page.keyboard.insertText('{"openid_relying_party": {"scope": {"one_of": 5}}}')
  await press('Save…')
  await expect.poll(() => refusal().textContent()).toContain('Fix the errors')
  expect(await isSeen(refusal())).toBe(true)
  const focused = () => page.evaluate(() => document.activeElement?.closest('[data-fault]') !== null)
  await expect.poll(focused).toBe(true)
})

/** A change of each form that is valid. */
const valid = [
  ...editors.map(([what, path, label]) => ({ what, path, label, value: '900', save: 'Save' })),
  {
    what: 'new type',
    path: () => '/trust-marks/types/new',
    label: 'Type identifier',
    value: 'https://a.example/t',
  },
]

test.each(valid)(
  'without a connection the form of the $what says so',
  async ({ path, label, value, ...form }) => {
    await page.goto(path())
    await fill(label, value)
    const context = page.context()
    onTestFinished(() => context.setOffline(false))
    await context.setOffline(true)
    await press('save' in form ? form.save : 'Create Trust Mark type')
    await expectAt(refusal())
    await expect.poll(() => refusal().textContent()).toContain('The server cannot be reached.')
    await context.setOffline(false)
    await expect.poll(() => field(label).inputValue()).toBe(value)
  },
)

test('the policy form says that the server is dead', async () => {
  const port = await freePort()
  const adminUrl = `http://127.0.0.1:${port}`
  const server = await startSecondAdmin(admin, { port, adminUrl, trustedOrigins: [adminUrl] })
  ;({ page } = await openSignedIn({ adminUrl }, '/settings/policy')) // the last test with a page
  const editor = page.getByRole('textbox', { name: 'Metadata policy' })
  await editor.click()
  await page.keyboard.insertText('{"openid_relying_party": {"client_name": {"essential": true}}}')
  await server.close()
  await press('Save…')
  await expectAt(refusal())
  await expect.poll(() => refusal().textContent()).toContain('The server cannot be reached.')
})
