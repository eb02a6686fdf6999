/** Tests checks of pipelines that fail: a question to operators, or a refusal. */
import { afterEach, describe, expect, it } from 'vitest'
import { inFile } from '#test/helpers/in-file.ts'
import { servedStatement } from '#test/helpers/subordinate.ts'
import { found, REQUEST, startPipelineTest } from './pipeline-test.ts'

const test = inFile(startPipelineTest)
afterEach(() => test.clear())

describe('a check that failed', () => {
  it('leaves the request to an operator, who sees a warning', async () => {
    await test.composeOne({ check: 'ORGANIZATION_NAME' })
    const { id: entityId } = await test.leaf({ organization_name: 'Oslo' })
    const request = await test.submit({ entityId })
    expect(request.state).toBe('WAITING_FOR_OPERATOR')
    expect(found(request, 'ORGANIZATION_NAME')).toMatchObject({
      status: 'WARNING',
      message: 'Its organization_name is "Oslo". It must be Lunds universitet.',
      advice: expect.stringContaining('declare the name'),
    })
    const { id } = request
    const approved = await test.admin.mutate('approveRequest', { id }, REQUEST)
    expect(approved.state).toBe('APPROVED')
    expect(found({ checks: approved.approvalChecks }, 'ORGANIZATION_NAME')).toMatchObject({
      status: 'WARNING',
    })
  })

  it('refuses the request where the operators say so, also between submission and approval', async () => {
    const { id: entityId } = await test.leaf()
    const { id } = await test.submit({ entityId })
    await test.composeOne({ check: 'ORGANIZATION_NAME', onFailure: 'REFUSE' })
    expect(await test.admin.mutate('approveRequest', { id }, 'id')).toMatchObject({
      code: 'ENTITY_REJECTED',
      message: 'It declares no organization_name. It must be Lunds universitet.',
    })
    expect(await servedStatement(test.admin, entityId)).toBe(404)
    await test.withdrawRequests()
    const refused = await test.submit({ entityId })
    expect(refused.code).toBe('ENTITY_REJECTED')
    expect(found(refused, 'SIGNATURE')).toMatchObject({ status: 'PASSED' })
    expect(found(refused, 'ORGANIZATION_NAME')).toMatchObject({ status: 'FAILED' })
    expect(await test.admin.server.db.request.count()).toBe(0)
  })

  it('of the terms shows them, and takes their hash', async () => {
    await test.composeOne({ check: 'TERMS_ACCEPTED', text: 'We follow the rules.' })
    const { id: entityId } = await test.leaf()
    const refused = await test.submit({ entityId })
    const terms = found(refused, 'TERMS_ACCEPTED') as unknown as { termsHash: string }
    expect(terms).toMatchObject({ status: 'FAILED', terms: 'We follow the rules.' })
    const acceptedTerms = [terms.termsHash]
    const request = await test.submit({ entityId, acceptedTerms })
    expect(found(request, 'TERMS_ACCEPTED')).toMatchObject({
      status: 'PASSED',
      terms: 'We follow the rules.',
    })
    await test.composeOne({ check: 'TERMS_ACCEPTED', text: 'We follow the new rules.' })
    expect(await test.admin.mutate('approveRequest', { id: request.id }, 'id')).toMatchObject({
      code: 'ENTITY_REJECTED',
      message: 'The terms are not accepted.',
    })
    expect(await test.submit({ entityId, acceptedTerms: ['no hash'] })).toMatchObject({
      code: 'INVALID_INPUT',
    })
  })
})
