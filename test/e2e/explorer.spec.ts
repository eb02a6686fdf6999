/** Tests the trust check in the console: the chain as a graph and as a list, and where it fails. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { closePages, type Watched } from '#test/helpers/browser.ts'
import { below, type Federation, relyingParty } from '#test/helpers/federation.ts'
import { journey } from '#test/helpers/journey.ts'
import { make } from './make.ts'
import { type Session, startSession } from './signed-in-console.ts'

let admin: TestAdmin
let session: Session
let watched: Watched
let anchor: string
let sound: Federation
let confined: Federation

/** A leaf below a registered Intermediate, whose statement about it has further claims. */
async function federate(statement: Record<string, unknown>): Promise<Federation> {
  const leaf = { metadata: relyingParty, statement }
  const federation = await below(anchor).intermediate().leaf(leaf).start()
  await make(admin, 'registerSubordinate', { entityId: federation.top.id }, 'id')
  return federation
}

beforeAll(async () => {
  admin = await startAdmin()
  anchor = admin.entityId
  const policy = { openid_relying_party: { contacts: { add: ['help@im.example'] } } }
  sound = await federate({ metadata_policy: policy })
  confined = await federate({ constraints: { naming_constraints: { permitted: ['.example.org'] } } })
  session = await startSession(admin)
})
beforeEach(async () => {
  watched = await session.open('/explorer')
  return () => watched.page.close()
})
afterAll(async () => {
  await closePages()
  await Promise.all([sound.close(), confined.close()])
  await admin.close()
})

journey('an entity resolves, and its statements are shown', (step) => {
  step('resolves an entity, opens each statement with its checks, and saves the picture', async () => {
    const { page, complaints } = watched
    await page.getByRole('main').getByLabel('Entity Identifier').fill(sound.leaf.id)
    await page.getByRole('button', { name: 'Check trust' }).click()
    await page.getByRole('heading', { name: 'It resolves' }).waitFor()

    await page.getByRole('link', { name: `valid: ${anchor} about ${sound.top.id}` }).click()
    await page.getByRole('heading', { name: 'Subordinate Statement' }).waitFor()
    await page.getByText(`It is ${anchor}’s statement about ${sound.top.id}.`).waitFor()
    expect(new URL(page.url()).searchParams.get('statement')).toBe('2')
    await page.getByText('Adds the missing values.').waitFor()

    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save as PNG' }).click()
    const stream = await (await download).createReadStream()
    const picture = Buffer.concat(await stream.toArray())
    expect(picture.subarray(1, 4).toString()).toBe('PNG')
    expect(complaints).toEqual([])
  })

  step('keeps the statement in the address, and shows the graph as a list', async () => {
    const { page } = watched
    await page.reload()
    await page.getByText(`It is ${anchor}’s statement about ${sound.top.id}.`).waitFor()
    await page.getByRole('link', { name: 'List', exact: true }).press('Enter')
    await page.getByRole('link', { name: /^Entity Configuration of the Trust Anchor/ }).press('Enter')
    await page.getByText(`It is ${anchor}’s statement about itself.`).waitFor()
  })
})

test('names the failed check of a chain, its statement, and what to do', async () => {
  const { page, complaints } = watched
  await page.goto(`/explorer?entity=${encodeURIComponent(confined.leaf.id)}`)
  await page.getByRole('heading', { name: 'It does not resolve' }).waitFor()
  const verdict = page.getByRole('region', { name: 'Verdict' })
  await verdict.getByText('The entities below satisfy its constraints').waitFor()
  await verdict
    .getByText('The entity needs a host name within the permitted names', { exact: false })
    .waitFor()
  await page.getByRole('link', { name: `invalid: ${confined.top.id} about ${confined.leaf.id}` }).waitFor()
  expect(complaints).toEqual([])
})

test('shows where the search for a chain ends for an entity without one', async () => {
  const { page } = watched
  await page.goto('/explorer?entity=http://127.0.0.1:1')
  await page.getByRole('heading', { name: 'No path leads to the Trust Anchor' }).waitFor()
  await page.getByText('Check its port, and the firewalls', { exact: false }).waitFor()
})
