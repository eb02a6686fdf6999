/** Requests of one organization, and approvals of many of them. */
import { expect } from 'vitest'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import type { TestEntity } from '#test/helpers/entity.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { itemsOf, type SeenRun, watchRun } from '#test/helpers/run.ts'
import { startLeaf } from '#test/helpers/subordinate.ts'
import type { Visitor } from '#test/helpers/visitor.ts'

export type Result = [resource: string, ok: boolean, message: string | null]

export type Bulk = {
  close(): Promise<void>
  admin: TestAdmin
  /** Acts for the organization. */
  anna: Visitor
  organizationId: string
  leaf(): Promise<TestEntity>
  /** Returns the id. */
  submit(input: object): Promise<string>
  /** Starts an approval of many requests. */
  // biome-ignore lint/suspicious/noExplicitAny: the mutation answers in several shapes
  start(input: object): Promise<any>
  /** The results of such a run at its end, in order. */
  resultsOf(runId: string): Promise<Result[]>
  approve(input: object): Promise<Result[]>
  stateOf(id: string): Promise<{ state: string; version: number; approvalChecks: object[] | null }>
  /** A run that a user started, and that no worker has taken up. Returns its id. */
  queue(ids: readonly string[], changes: { startedBy: string } & Partial<RunRow>): Promise<string>
  stored(entityId: string): Promise<{ active: boolean; metadata: unknown } | null>
}

type RunRow = { state: SeenRun['state']; startedAt: Date; attempts: number }

export async function startBulk(): Promise<Bulk> {
  const admin = await startAdmin()
  const { db } = admin.server
  const { id: organizationId } = await admin.mutate('createOrganization', { name: 'Lund' }, 'id')
  const anna = await signInAsMember(admin, { organizationId, email: 'anna@lu.example' })
  const start = (input: object) => admin.mutate('startRequestApproval', input, 'id kind state dryRun total')

  async function resultsOf(id: string): Promise<Result[]> {
    const seen = await watchRun(admin, id)
    expect(seen.at(-1)?.run.state).toMatch(/^(SUCCEEDED|FAILED)$/)
    return itemsOf(seen)
      .map(({ resource, ok, message }): Result => [resource, ok, message])
      .toSorted()
  }

  return {
    close: admin.close,
    admin,
    anna,
    organizationId,
    start,
    resultsOf,
    leaf: () => startLeaf(admin),

    async submit(input) {
      await db.rateLimit.deleteMany()
      const asked = { organizationId, kind: 'REGISTER', ...input }
      const request = await anna.mutate('submitRequest', asked, 'id')
      expect(request.message).toBeUndefined()
      return request.id
    },

    async approve(input) {
      const { id, message } = await start(input)
      if (!id) throw new Error(message)
      return resultsOf(id)
    },

    async stateOf(id) {
      const document = `{ request(id: "${id}") { state version approvalChecks { name } } }`
      return (await admin.execute(document)).data.request
    },

    async queue(ids, changes) {
      const keys = ids.map((id) => Number(atob(id).split(':')[1]))
      const requests = await db.request.findMany({ where: { id: { in: keys } } })
      const items = requests.map(({ id, entityId: resource }) => ({
        key: String(id),
        resource,
        input: { version: 1 },
      }))
      const run = await db.run.create({
        data: {
          kind: 'REQUEST_APPROVAL',
          parameters: { dryRun: false, count: items.length },
          startedMethod: 'session',
          total: items.length,
          heartbeatAt: new Date(Date.now() - 3_600_000),
          items: { create: items },
          ...changes,
        },
      })
      return btoa(`Run:${run.id}`)
    },

    stored: (entityId) => db.subordinate.findUnique({ where: { entityId } }),
  }
}
