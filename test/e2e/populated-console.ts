/** A product with a small federation in every state that its pages show, and its console in a browser. */
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Watched } from '#test/helpers/browser.ts'
import { startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { relyingParty } from '#test/helpers/federation.ts'
import { connectAdmin, type Product, startProduct } from '#test/helpers/product.ts'
import { mutate } from '#test/product/mutation.ts'
import { openConsole } from './signed-in-console.ts'

export type PopulatedConsole = {
  product: Product
  browser: Browser
  /** A subordinate with a Trust Mark. */
  registered: TestEntity
  /** An entity that can be registered. */
  candidate: TestEntity
  /** Signed in as the administrator. */
  watched: Watched
  close(): Promise<void>
}

/** Without a line break opportunity, like names that users can choose. */
const long = 'association_of_the_libraries_archives_and_museums_of_the_north'

export async function openPopulatedConsole(): Promise<PopulatedConsole> {
  const product = await startProduct()
  const { installation } = product
  const authorityHints = [installation.federationUrl]
  const registered = await startEntity({ authorityHints, metadata: relyingParty })
  const candidate = await startEntity({ authorityHints, metadata: relyingParty })
  const admin = await connectAdmin(installation)
  const trustMarkType = `${installation.federationUrl}/trust-marks/${long}`
  await mutate(admin, 'createTrustMarkType', { type: trustMarkType, description: 'Has signed.' }, 'id')
  const { id: organizationId } = await mutate<{ id: string }>(
    admin,
    'createOrganization',
    {
      name: 'Northern Library',
      identifierScheme: 'GLEIF',
      identifier: long,
      country: 'SE',
      contacts: [{ role: 'TECHNICAL', name: 'Ann', email: `ann@${'a'.repeat(60)}.example.org` }],
      tags: ['pilot'],
    },
    'id',
  )
  await mutate(admin, 'registerSubordinate', { entityId: registered.id, organizationId }, 'id')
  await mutate(
    admin,
    'createUser',
    { username: long, password: 'only for these tests', role: 'VIEWER' },
    'id',
  )
  await mutate(admin, 'issueTrustMark', { entityId: registered.id, trustMarkType }, 'id')
  const again = `mutation { registerSubordinate(input: { entityId: "${registered.id}" }) { __typename } }`
  expect(await admin(again)).toEqual({ registerSubordinate: { __typename: 'ConflictError' } })
  const { browser, watched } = await openConsole(installation.adminUrl, product.password)
  return {
    product,
    browser,
    registered,
    candidate,
    watched,
    async close() {
      await browser.close()
      await Promise.all([registered.close(), candidate.close()])
      await product.stop()
    },
  }
}

/** A page is ready when its heading is there and nothing is loading. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.locator('.animate-spin').first().waitFor({ state: 'hidden' })
}
