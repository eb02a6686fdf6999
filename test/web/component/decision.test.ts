// @vitest-environment happy-dom
/** Tests what a second person can do with a protected change, and that nothing is sent without a passkey. */
import { cleanup, fireEvent, render, screen } from '@testing-library/svelte'
import { afterEach, expect, test } from 'vitest'
import type { ApprovalDetailsFragment } from '#lib/gql/graphql.ts'
import Decision from '../../../web/src/routes/(console)/requests/approvals/[id]/Decision.svelte'

afterEach(cleanup)

const sign = () => screen.queryByRole('button', { name: 'Sign and approve' })

function show(members: object): { executed: unknown[] } {
  const executed: unknown[] = []
  render(Decision, {
    request: {
      id: 'a',
      requestedBy: { username: 'alice' },
      signingOptions: { challenge: 'YQ', allowCredentials: [] },
      obstacle: null,
      refusalObstacle: null,
      overrideObstacle: null,
      ...members,
    } as unknown as ApprovalDetailsFragment, // the members that the panel reads
    viewer: { username: 'bob', mayAdminister: false },
    onexecuted: (result: unknown) => void executed.push(result),
  })
  return { executed }
}

test('a passkey that is too new signs nothing, but its owner can object', () => {
  show({ obstacle: 'Your passkey is too new. Wait, or ask another administrator to confirm it.' })
  expect(document.body.textContent).toContain('Your passkey is too new.')
  expect(sign()).toBeNull()
  expect(screen.queryByRole('button', { name: 'Object…' })).not.toBeNull()
})

test('a device that does not sign executes nothing, and the panel says so', async () => {
  const { executed } = show({})
  const button = sign()
  if (!button) throw new Error('there is no obstacle')
  await fireEvent.click(button)
  expect(await screen.findByText('The passkey was not used. Try again.')).toBeTruthy()
  expect(executed).toEqual([])
})
