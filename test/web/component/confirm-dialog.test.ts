// @vitest-environment happy-dom
/** Tests the confirmation dialog: it closes on success, and shows the reason of a failure. */
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte'
import { expect, test, vi } from 'vitest'
import Question from './Question.svelte'

const dialog = () => screen.queryByRole('alertdialog')
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }))

test('closes on success', async () => {
  const run = vi.fn(async () => undefined)
  render(Question, { run })
  expect((await screen.findByRole('alertdialog')).textContent).toContain('For good.')
  await press('Revoke key')
  await waitFor(() => expect(dialog()).toBeNull())
  expect(run).toHaveBeenCalledOnce()
})

test('stays with the reason when it is refused, and does not run twice while it runs', async () => {
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

test('does nothing when it is cancelled', async () => {
  const run = vi.fn(async () => undefined)
  render(Question, { run })
  await screen.findByRole('alertdialog')
  await press('Cancel')
  await waitFor(() => expect(dialog()).toBeNull())
  expect(run).not.toHaveBeenCalled()
})
