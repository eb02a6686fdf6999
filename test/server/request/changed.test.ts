/** Tests the subscription to all changes over one connection. */
import { expect, it, vi } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { patience } from '#test/helpers/patience.ts'
import { startRun, watchRun } from '#test/helpers/run.ts'
import { registerLeaf } from '#test/helpers/subordinate.ts'
import { type Subscription, subscribe } from '#test/helpers/subscription.ts'

const admin = adminInFile()

const DOCUMENT = 'subscription { changed { about auditEvent { action resourceType resource } } }'
const listen = () => subscribe(admin.server.app.listeningOrigin, admin.keys.viewer, DOCUMENT)
const seen = ({ results }: Subscription) => results.map(({ data }) => data?.changed)

it('streams audit entries, subordinates and runs', async () => {
  const subscription = await listen()
  const { leaf } = await registerLeaf(admin)
  const entry = { action: 'REGISTER_SUBORDINATE', resourceType: 'SUBORDINATE', resource: leaf.id }
  await vi.waitFor(() => {
    expect(seen(subscription)).toContainEqual({ about: 'SUBORDINATE', auditEvent: null })
    expect(seen(subscription)).toContainEqual({ about: 'AUDIT_EVENT', auditEvent: entry })
  }, patience)
  expect(seen(subscription)).not.toContainEqual({ about: 'RUN', auditEvent: null })
  await watchRun(admin, await startRun(admin, 'startRenewal(input: { kind: SUBORDINATES })'))
  await vi.waitFor(
    () => expect(seen(subscription)).toContainEqual({ about: 'RUN', auditEvent: null }),
    patience,
  )
})
