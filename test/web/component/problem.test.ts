// @vitest-environment happy-dom
/** What a page shows instead of its content: a way out that fits the failure. */
import { fireEvent, render, screen } from '@testing-library/svelte'
import { expect, test } from 'vitest'
import Problem from '#lib/components/Problem.svelte'
import { refreshAll } from './app.ts'

const show = (status: number) => render(Problem, { status, message: undefined, requestId: 'req-1' })

test('links to the sign-in page and back after the end of the session', () => {
  show(401)
  const [link] = screen.getAllByRole('link')
  expect(link?.getAttribute('href')).toMatch(/somewhere.*tab.*keys/)
})

test.each([503, 500])('offers a retry after %i, and names the request in the log', async (status) => {
  refreshAll.mockClear()
  show(status)
  expect(document.body.textContent).toContain('req-1')
  const [button] = screen.getAllByRole('button').filter(({ textContent }) => /try again/i.test(textContent))
  await fireEvent.click(button as HTMLElement) // there is one, or this throws
  expect(refreshAll).toHaveBeenCalledOnce()
})

test.each([403, 404])('offers no retry after %i', (status) => {
  show(status)
  expect(screen.queryByRole('button', { name: /try again/i })).toBeNull()
  expect(screen.getAllByRole('link')).toHaveLength(1)
})
