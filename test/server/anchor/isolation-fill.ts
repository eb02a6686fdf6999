/** Fills an anchor with the same members, types and marks as another one, and a text of its own. */
import { expect } from 'vitest'
import { encodeNodeId } from '#server/schema/global-id.ts'
import type { TestAdmin } from '#test/helpers/admin.ts'
import { AWAITED, type Filled, REGISTER, TYPE } from './isolation-rows.ts'

/** Returns what it made. `mark` is in every text, so that it is recognized in an answer. */
export async function fillAnchor(
  admin: TestAdmin,
  { anchor, mark, entityId }: { anchor: string; mark: string; entityId: string },
): Promise<Filled> {
  const make = async (name: string, input: object, selection = 'id') => {
    const made = await admin.mutate(name, { anchor, ...input }, selection, 'admin')
    expect(made.message).toBeUndefined()
    return made
  }
  await make('updateTrustAnchor', { organizationName: mark, displayName: mark }, 'version')
  const contacts = [{ role: 'SECURITY', email: `${mark}@example.org` }]
  const { id: organization } = await make('createOrganization', {
    ...{ name: mark, contacts, identifier: mark, identifierScheme: REGISTER },
  })
  const subject = { entityId, note: mark, tags: [mark], organizationId: organization }
  const { id: subordinate } = await make('registerSubordinate', subject)
  const { id: trustMarkType } = await make('createTrustMarkType', { type: TYPE, description: mark })
  const terms = [{ check: 'TERMS_ACCEPTED', text: mark }]
  const { id: pipeline } = await make('updateCheckPipeline', { trustMarkType: TYPE, checks: terms })
  const issued = { trustMarkType: TYPE, entityId, additionalClaims: { mark } }
  const { id: trustMark } = await make('issueTrustMark', issued)
  const { id: awaited } = await make('awaitEntity', { entityId: AWAITED })
  const { id: mirror } = await make('announceMirror', { url: 'http://127.0.0.1:1', description: mark })
  const run = await make('startSubordinateChange', {
    action: 'RENEW',
    subordinates: { filter: {} },
    dryRun: true,
    reason: mark,
  })
  const document = `{ auditEvents(anchor: "${anchor}", first: 1) { edges { node { id } } } }`
  const entry = (await admin.execute(document, {}, 'admin')).data?.auditEvents.edges[0].node.id
  const kid = admin.server.anchors.find(anchor)?.running?.signingKeys.current().signer.kid ?? ''
  const running = admin.server.anchors.find(anchor)?.running
  const { organizationId } = (await running?.db.subordinate.findFirst()) ?? {}
  const asked = { kind: 'REGISTER', entityId: AWAITED, trustMarkType: mark, submittedBy: mark }
  const row = await running?.db.request.create({ data: { ...asked, organizationId: organizationId ?? 0 } })
  const request = encodeNodeId('Request', row?.id ?? 0, { slug: anchor, isFirst: anchor === 'main' })
  const ids = { organization, subordinate, trustMarkType, trustMark, awaited, request, pipeline, mirror }
  return { ...ids, run: run.id, entry, entityId, kid }
}
