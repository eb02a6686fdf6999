/** A Trust Anchor with entities of an organization, and people of it, for tests of the portal. */
import { jobCaller } from '#server/identity/caller.ts'
import { PASSWORD, startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { openPage, type Watched } from '#test/helpers/browser.ts'
import { startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { type Person, signInAsMember } from '#test/helpers/member.ts'
import { continueSession } from './signed-in-console.ts'

export type PortalFederation = {
  admin: TestAdmin
  /** The id of Northern Library, to which the first two entities belong. */
  organizationId: string
  /** Without a problem. */
  archive: TestEntity
  /** Its configuration does not name the Trust Anchor any more. */
  botany: TestEntity
  /** Of no organization. */
  foreign: TestEntity
  close(): Promise<void>
}

/** Of the test file. */
export const portalInFile = (): PortalFederation => inFile(startPortalFederation)

async function startPortalFederation(): Promise<PortalFederation> {
  const admin = await startAdmin()
  const make = (name: string, input: object, selection = 'id') =>
    admin.mutate(name, input, selection, 'admin')
  await make('updateTrustAnchor', { displayName: 'Northern Federation', environment: 'TEST' }, 'entityId')
  const { id: organizationId } = await make('createOrganization', {
    name: 'Northern Library',
    identifierScheme: 'GLEIF',
    identifier: '549300ABC',
    country: 'SE',
    contacts: [{ role: 'TECHNICAL', name: 'Ann', email: 'ann@library.example.org' }],
  })
  const [archive, botany, foreign] = await Promise.all(
    (['Archive', 'Botany', 'Foreign'] as const).map((client_name) =>
      startEntity({
        authorityHints: [admin.entityId],
        metadata: { openid_relying_party: { client_name, redirect_uris: ['https://rp.example/callback'] } },
      }),
    ),
  )
  if (!archive || !botany || !foreign) throw new Error('there are three entities')
  for (const { id: entityId } of [archive, botany])
    await make('registerSubordinate', { entityId, organizationId })
  await make('registerSubordinate', { entityId: foreign.id })
  await breakEntity(admin, botany)
  return {
    admin,
    organizationId,
    archive,
    botany,
    foreign,
    async close() {
      await Promise.all([archive, botany, foreign].map((entity) => entity.close()))
      await admin.close()
    },
  }
}

/** The entity leaves the Trust Anchor, and the next check says so. */
async function breakEntity({ server }: TestAdmin, entity: TestEntity): Promise<void> {
  entity.misbehave('no authority hint')
  await checkEntity(server, entity)
}

export async function checkEntity(server: TestAdmin['server'], { id }: TestEntity): Promise<void> {
  const row = await server.db.subordinate.findUniqueOrThrow({ where: { entityId: id } })
  const { result, message } = await server.services.subordinates.check(jobCaller('check'), row, null)
  const recent = [{ at: new Date(), ok: result !== 'FAILED', milliseconds: 12, message }]
  await server.db.subordinateCheck.upsert({
    where: { subordinateId: row.id },
    create: { subordinateId: row.id, nextAt: new Date(), recent },
    update: { recent },
  })
}

/** The link of a new invitation to an organization. */
export const invitePerson = async (admin: TestAdmin, person: Person): Promise<string> =>
  (await admin.mutate('invitePerson', person, 'invitationLink', 'admin')).invitationLink

/** A new context in which the person accepts the invitation in its form. */
export async function acceptInvitation(admin: TestAdmin, link: string): Promise<Watched> {
  const watched = await openPage(admin.adminUrl)
  const { page } = watched
  await page.goto(link)
  await page.getByLabel('New password', { exact: true }).fill(PASSWORD)
  await page.getByLabel('Repeat the new password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Set password and sign in' }).click()
  await page.waitForURL('/portal')
  return watched
}

/** The same for a person of the organization of this federation. */
export const openOwnPortal = (
  { admin, organizationId }: PortalFederation,
  person: Omit<Person, 'organizationId'>,
): Promise<Watched> => openAsMember(admin, { organizationId, ...person })

/** The pages of a new person of an organization. */
export async function openAsMember(admin: TestAdmin, person: Person): Promise<Watched> {
  return (await continueSession(admin, await signInAsMember(admin, person))).open('/portal')
}
