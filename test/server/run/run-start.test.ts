/** Tests each mutation that starts a run: one of a kind at a time, with an audit entry. */
import { expect } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { eachRow } from '#test/helpers/rows.ts'

const admin = adminInFile()

eachRow<[mutation: string, kind: string, args: string]>(
  [
    ['startRenewal', 'SUBORDINATES', '(input: { kind: SUBORDINATES })'],
    ['startCollectionWalk', 'COLLECTION', ''],
    ['startRebuild', 'REBUILD', ''],
    ['startEvaluation', 'EVALUATION', ''],
    ['reissueTrustMarks', 'REISSUE_TRUST_MARKS', '(input: {})'],
    [
      'importSubordinates',
      'CONFIGURATION',
      '(input: { subordinates: [{ entityId: "http://127.0.0.1:1" }, { entityId: "http://127.0.0.1:2" }] })',
    ],
  ],
  ([mutation]) => [`mutation/${mutation}/ConflictError`, `mutation/${mutation}/audit`],
)('starts no %s beside another one, and records who started one', async (mutation, kind, args) => {
  const { db } = admin.server
  const start = async () => {
    const document = `mutation { result: ${mutation}${args} { __typename ... on Error { code path } } }`
    return (await admin.execute(document, {})).data.result
  }
  const entries = () => db.auditEvent.findMany({ where: { action: mutation }, orderBy: { id: 'asc' } })

  const parameters = kind === 'CONFIGURATION' ? { source: 'list' } : {}
  const { id } = await db.run.create({
    data: { kind, state: 'RUNNING', startedBy: 'admin', parameters },
  })
  expect(await start()).toEqual({ __typename: 'ConflictError', code: 'CONFLICT', path: null })
  const refusal = {
    outcome: 'FAILED',
    actor: 'admin',
    after: null,
    reason: expect.stringMatching(/^CONFLICT: /),
  }
  expect(await entries()).toMatchObject([refusal])

  await db.run.update({ where: { id }, data: { state: 'SUCCEEDED', endedAt: new Date() } })
  expect((await start()).__typename).toMatch(/Success$/)
  expect(await entries()).toMatchObject([
    refusal,
    { outcome: 'SUCCEEDED', actor: 'admin', method: 'api_key', after: { kind } },
  ])
})
