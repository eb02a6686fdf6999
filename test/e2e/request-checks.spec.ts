/** Tests the checks of requests in the console: administrators compose, move and save them, and others read them. */
import type { Page } from 'playwright-core'
import { beforeAll, expect } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { journey } from '#test/helpers/journey.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const MARK = 'https://marks.example.org/research'

const admin = adminInFile()
beforeAll(async () => {
  await admin.mutate('createTrustMarkType', { type: MARK, description: 'Research and scholarship' }, 'id')
})
const { page, complaints, title } = pageInFile(() => openSignedIn(admin, '/requests'))

const main = (of: Page = page) => of.getByRole('main')
const panel = (name: string, of: Page = page) => main(of).getByRole('region', { name, exact: true })
const press = (name: string, on = main()) => on.getByRole('button', { name, exact: true }).click()
const check = (place: number) => main().getByRole('group', { name: `Check ${place}:` })
const order = () =>
  main()
    .getByRole('group', { name: /^Check \d+:/ })
    .evaluateAll((groups) => groups.map((group) => group.querySelector('legend')?.textContent))
const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
const pipelines = () => admin.server.db.checkPipeline.findMany({ orderBy: { id: 'asc' } })

async function add(name: string): Promise<void> {
  await main().getByLabel('Check to add').selectOption({ label: name })
  await press('Add check')
}

async function begin(entityType: string, name: string): Promise<void> {
  await page.goto('/requests/checks')
  await main().getByLabel('Entity Type').fill(entityType)
  await press('Add')
  await title(`Checks for ${name}`).waitFor()
}

/** The page is there again, with what is stored. */
async function save(): Promise<void> {
  await press('Save')
  await page.waitForURL('/requests/checks')
}

journey('checks of requests are composed, changed and read', (step) => {
  step('says what happens without checks, and what they are for', async () => {
    const current = page
      .getByRole('navigation', { name: /^(Main|Parts of Requests)$/ })
      .locator('[aria-current=page]')
    await expect.poll(() => current.allInnerTexts()).toEqual(['Requests', 'Requests'])
    await main().getByRole('link', { name: 'Checks', exact: true }).click()
    await main().getByText('No checks of your own yet').waitFor()
    await main().getByText('an operator decides every request').waitFor()
    await expect.poll(() => current.allInnerTexts()).toEqual(['Checks'])
    const screen = page.getByRole('navigation', { name: 'Main' }).locator('[aria-current=true]')
    expect(await screen.allInnerTexts()).toEqual(['Requests'])
  })

  step('composes checks of each kind for an Entity Type, in an order that the keyboard changes', async () => {
    await begin('openid_relying_party', 'Relying Party')
    await main().getByText('An operator decides each request.').waitFor()
    await add('It declares the name of its organization')
    await add('The organization accepted the terms')
    await check(2).getByLabel('Terms').fill('We follow the rules.')
    await add('It holds the Trust Marks that are asked for')
    await check(3).getByLabel('Trust Mark types').fill(MARK)
    await check(3).getByLabel('It must hold marks of all of these types').uncheck()
    await add('It is on a list of the operators')
    await check(4).getByLabel('Entities').fill('https://rp.example.org\nhttps://wiki.example.org')
    await check(4).getByLabel('If it fails').selectOption({ label: 'Refuse the request' })
    await check(4).getByText('The organization reads what failed').waitFor()
    await add('A service of the federation agrees')
    await check(5).getByLabel('URL of the service').fill('https://decide.example.org/check')
    await check(5).getByText('What the service receives and answers').click()
    await check(5).getByText('check-request+jwt').waitFor()
    await add('Its OpenID metadata is complete, and its keys can be fetched')
    const offered = await main().getByLabel('Check to add').getByRole('option').allTextContents()
    expect(offered.map((text) => text.trim())).toEqual([
      'Choose a check',
      'It holds the Trust Marks that are asked for',
    ])
    expect(await violations(page)).toEqual([])

    await check(6).getByRole('button', { name: 'Move check 6 up' }).focus()
    await page.keyboard.press('Enter')
    await main().getByText('Moved to place 5 of 6.').waitFor()
    await expect.poll(focused).toBe('Move check 5 up')
    await press('Remove check 6')
    await save()
    const card = panel('Relying Party')
    await card.getByText('An operator decides each request').waitFor()
    await card.getByText(MARK).waitFor()
    await card.getByText('2 entities').click()
    await card.getByText('https://wiki.example.org').waitFor()
    expect(await violations(page)).toEqual([])
    expect(await pipelines()).toMatchObject([
      {
        entityType: 'openid_relying_party',
        approves: false,
        checks: [
          { check: 'ORGANIZATION_NAME', onFailure: 'ASK' },
          { check: 'TERMS_ACCEPTED', onFailure: 'REFUSE', text: 'We follow the rules.' },
          { check: 'TRUST_MARKS_HELD', onFailure: 'ASK', trustMarkTypes: [MARK], requiresAll: false },
          {
            check: 'ON_LIST',
            onFailure: 'REFUSE',
            entityIds: ['https://rp.example.org', 'https://wiki.example.org'],
          },
          { check: 'OPENID_METADATA', onFailure: 'ASK' },
        ],
      },
    ])
  })

  step('shows a refusal at the field of the check, also after the check has moved', async () => {
    await panel('Relying Party').getByRole('link', { name: 'Edit' }).click()
    await check(4).getByLabel('Entities').fill('https://rp.example.org\nnonsense')
    await press('Save')
    const alert = () => main().getByRole('group').getByRole('alert')
    await alert().filter({ hasText: 'At entry 2:' }).waitFor()
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA')
    await press('Move check 4 up')
    await check(3).getByRole('alert').filter({ hasText: 'At entry 2:' }).waitFor()
    await check(3).getByLabel('Entities').fill('https://rp.example.org')
    await save()
    await panel('Relying Party').getByText('1 entity').waitFor()
  })

  step('keeps the input after a change by someone else, and merges both', async () => {
    await panel('Relying Party').getByRole('link', { name: 'Edit' }).click()
    await press('Remove check 4')
    await admin.mutate(
      'updateCheckPipeline',
      { entityType: 'openid_relying_party', approves: true },
      'id',
      'admin',
    )
    await main().getByText('Someone else changed this').waitFor()
    await main().getByText('Changed: Approve at once.').waitFor()
    expect(await order()).toHaveLength(4)
    await press('Take their changes and keep mine')
    await expect
      .poll(() => main().getByLabel('Approve at once when every check passed').isChecked())
      .toBe(true)
    await main().getByText('Metadata that the entity does not publish itself').waitFor()
    await save()
    await panel('Relying Party').getByText('Approves at once when every check passed').waitFor()
  })

  step('does not overwrite checks that someone else began at the same time', async () => {
    await begin('openid_provider', 'OpenID Provider')
    await main().getByLabel('Approve at once when every check passed').check()
    await main().getByText('There is no check of your own').waitFor()
    await page.route('**/graphql', async (route) => {
      const checks = [{ check: 'ORGANIZATION_NAME' }]
      if (route.request().postData()?.includes('UpdateCheckPipeline'))
        await admin.mutate('updateCheckPipeline', { entityType: 'openid_provider', checks }, 'id', 'admin')
      await route.continue()
    })
    await press('Save')
    await main().getByText('Someone else changed this').waitFor()
    await page.unroute('**/graphql')
    await press('Take their changes and keep mine')
    expect(await order()).toEqual(['Check 1: It declares the name of its organization'])
    await save()
    await panel('OpenID Provider').getByText('It declares the name of its organization').waitFor()
  })

  step('composes checks for a Trust Mark type, and forgets them without checks', async () => {
    await main().getByRole('combobox', { name: 'Trust Mark type' }).click()
    await page.getByRole('option', { name: 'Research and scholarship' }).click()
    await title(`Checks for ${MARK}`).waitFor()
    await main().getByLabel('Approve at once when every check passed').check()
    await main().getByText('The Trust Mark is issued and published within seconds.').waitFor()
    await add('It is on a list of the operators')
    await check(1).getByLabel('Tags').fill('Pilot')
    await save()
    await panel(MARK).getByText('Requests for a Trust Mark of this type.').waitFor()
    await panel(MARK).getByRole('link', { name: 'Pilot' }).waitFor()

    await page.goto('/trust-marks/types')
    await main().getByRole('link', { name: 'Research and scholarship' }).click()
    await main().getByRole('link', { name: 'Checks of requests' }).click()
    await title(`Checks for ${MARK}`).waitFor()
    await press('Remove check 1')
    await main().getByLabel('Approve at once when every check passed').uncheck()
    await save()
    await panel('OpenID Provider').waitFor()
    expect(await panel(MARK).count()).toBe(0)
  })

  step('an operator reads the checks, and changes none', async () => {
    const { page: theirs, complaints: others } = await openSignedIn(admin, '/requests/checks', 'operator')
    await panel('Relying Party', theirs).getByText('If it fails: Refuse the request').first().waitFor()
    await main(theirs).getByText('Only administrators can change the checks.').waitFor()
    expect(await main(theirs).getByRole('link', { name: 'Edit' }).count()).toBe(0)
    expect(await main(theirs).getByRole('textbox').count()).toBe(0)
    await theirs.goto('/requests/checks/edit?type=openid_provider')
    await main(theirs).getByText('Your role cannot change the checks of requests.').waitFor()
    expect(others.filter((text) => !text.includes('403'))).toEqual([])
    await theirs.context().close()
    expect(complaints).toEqual([])
  })
})
