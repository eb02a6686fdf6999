/** Tests the trust check in the console: the chain as a graph and as a list, and where it fails. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty } from '#test/helpers/entity.ts'
import { below, type Federation } from '#test/helpers/federation.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { make } from './make.ts'
import { pageInEach, sessionInFile } from './signed-in-console.ts'

let sound: Federation

/** A leaf below a registered Intermediate, whose statement about it has further claims. */
async function federate(statement: Record<string, unknown>): Promise<Federation> {
  const leaf = { metadata: relyingParty, statement }
  const federation = await below(admin.entityId).intermediate().leaf(leaf).start()
  await make(admin, 'registerSubordinate', { entityId: federation.top.id }, 'id')
  return federation
}

const admin = adminInFile()
beforeAll(async () => {
  const policy = { openid_relying_party: { contacts: { add: ['help@im.example'] } } }
  sound = await federate({ metadata_policy: policy })
})
const confined = inFile(() =>
  federate({ constraints: { naming_constraints: { permitted: ['.example.org'] } } }),
)
const session = sessionInFile(admin)
const { page, complaints } = pageInEach(() => session.open('/explorer'))
afterAll(() => sound.close())

journey('an entity resolves, and its statements are shown', (step) => {
  step('resolves an entity, opens each statement with its checks, and saves the picture', async () => {
    await page.getByRole('main').getByLabel('Entity Identifier').fill(sound.leaf.id)
    await page.getByRole('button', { name: 'Check trust' }).click()
    await page.getByRole('heading', { name: 'It resolves' }).waitFor()

    await page.getByRole('link', { name: `valid: ${admin.entityId} about ${sound.top.id}` }).click()
    await page.getByRole('heading', { name: 'Subordinate Statement' }).waitFor()
    await page.getByText(`It is ${admin.entityId}’s statement about ${sound.top.id}.`).waitFor()
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
    await page.reload()
    await page.getByText(`It is ${admin.entityId}’s statement about ${sound.top.id}.`).waitFor()
    await page.getByRole('link', { name: 'List', exact: true }).press('Enter')
    await page.getByRole('link', { name: /^Entity Configuration of the Trust Anchor/ }).press('Enter')
    await page.getByText(`It is ${admin.entityId}’s statement about itself.`).waitFor()
  })
})

test('names the failed check of a chain, its statement, and what to do', async () => {
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
  await page.goto('/explorer?entity=http://127.0.0.1:1')
  await page.getByRole('heading', { name: 'No path leads to the Trust Anchor' }).waitFor()
  await page.getByText('Check its port, and the firewalls', { exact: false }).waitFor()
})
