/** An admin server with a small federation in every state that its pages show, and its console in a browser. */
import type { Page } from 'playwright-core'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { relyingParty, startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { make } from './make.ts'
import { type Session, startSession } from './signed-in-console.ts'

export type PopulatedConsole = {
  admin: TestAdmin
  /** A subordinate with a Trust Mark. */
  registered: TestEntity
  /** An entity that can be registered. */
  candidate: TestEntity
  /** Of the administrator. */
  session: Session
  close(): Promise<void>
}

/** Without a line break opportunity, like names that users can choose. */
const long = 'association_of_the_libraries_archives_and_museums_of_the_north'

export async function openPopulatedConsole(): Promise<PopulatedConsole> {
  const admin = await startAdmin()
  const authorityHints = [admin.entityId]
  const registered = await startEntity({ authorityHints, metadata: relyingParty })
  const candidate = await startEntity({ authorityHints, metadata: relyingParty })
  const trustMarkType = `${admin.entityId}/trust-marks/${long}`
  await make(admin, 'createTrustMarkType', { type: trustMarkType, description: 'Has signed.' })
  const { id: organizationId } = await make(admin, 'createOrganization', {
    name: 'Northern Library',
    identifierScheme: 'GLEIF',
    identifier: long,
    country: 'SE',
    contacts: [{ role: 'TECHNICAL', name: 'Ann', email: `ann@${'a'.repeat(60)}.example.org` }],
    tags: ['pilot'],
  })
  const subordinate = { entityId: registered.id, organizationId }
  await make(admin, 'registerSubordinate', subordinate)
  await make(admin, 'createUser', { username: long, password: 'only for these tests', role: 'VIEWER' })
  await make(admin, 'issueTrustMark', { entityId: registered.id, trustMarkType })
  const { __typename } = await admin.mutate('registerSubordinate', subordinate, 'id')
  if (__typename !== 'ConflictError') throw new Error('The audit log needs a change that failed.')
  return {
    admin,
    registered,
    candidate,
    session: await startSession(admin),
    async close() {
      await Promise.all([registered.close(), candidate.close()])
      await admin.close()
    },
  }
}

/** A page is ready when its heading is there and nothing is loading. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.locator('.animate-spin').first().waitFor({ state: 'hidden' })
}
