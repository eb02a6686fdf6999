// @vitest-environment happy-dom
/** Tests the confirmation dialog: it closes after a success, and shows the reason of a failure. */
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte'
import { expect, test, vi } from 'vitest'
import Question from './Question.svelte'

const dialog = () => screen.queryByRole('alertdialog')
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }))

test('closes after a success', async () => {
  const run = vi.fn(async () => undefined)
  render(Question, { run })
  expect((await screen.findByRole('alertdialog')).textContent).toContain('For good.')
  await press('Revoke key')
  await waitFor(() => expect(dialog()).toBeNull())
  expect(run).toHaveBeenCalledOnce()
})

test('stays open with the reason of a refusal, and runs once at a time', async () => {
  const { promise, resolve } = Promise.withResolvers<{ message: string; path: [] }>()
  const run = vi.fn(() => promise)
  render(Question, { run })
  await screen.findByRole('alertdialog')
  await press('Revoke key')
  await press('Revoke key')
  expect(run).toHaveBeenCalledOnce()
  resolve({ message: 'The key directory is read-only.', path: [] })
  await screen.findByText('The key directory is read-only.')
  expect(dialog()?.getAttribute('data-state')).toBe('open')
})

test('does nothing after a cancellation', async () => {
  const run = vi.fn(async () => undefined)
  render(Question, { run })
  await screen.findByRole('alertdialog')
  await press('Cancel')
  await waitFor(() => expect(dialog()).toBeNull())
  expect(run).not.toHaveBeenCalled()
})
