// @vitest-environment happy-dom
/** Parts of lists: the days of a filter, the rows of a page, and the checks of a subordinate. */
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte'
import { expect, test, vi } from 'vitest'
import DayFilter from '#lib/components/list/DayFilter.svelte'
import Pager from '#lib/components/list/Pager.svelte'
import RecentChecks from '#lib/components/subordinate/RecentChecks.svelte'
import { page } from './app.ts'

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone

test('a day is written in one way everywhere, and the time zone is said', async () => {
  const onchoose = vi.fn()
  render(DayFilter, { label: 'From', value: '', onchoose })
  const input = screen.getByLabelText<HTMLInputElement>(/From/)
  expect(input.type).toBe('text')
  expect(input.placeholder).toMatch(/^\d{4}-\d\d-\d\d$/)
  const described = document.getElementById(input.getAttribute('aria-describedby') ?? '')
  expect(described?.textContent).toContain(zone)

  const choose = async (value: string) => {
    await fireEvent.input(input, { target: { value } })
    await fireEvent.change(input)
  }
  await choose('03/01/2026')
  await waitFor(() => expect(described?.textContent).toContain('Enter a day as 2026-11-30.'))
  expect(onchoose).not.toHaveBeenCalled()
  await choose('2026-03-01')
  expect(onchoose).toHaveBeenCalledExactlyOnceWith('2026-03-01')
})

const connection = {
  totalCount: 5008,
  edges: Array.from({ length: 25 }, (_, node) => ({ node })),
  pageInfo: { hasNextPage: true, hasPreviousPage: true, startCursor: 'a', endCursor: 'b' },
}

test('a page links to the ones around it and to both ends, and offers its size', () => {
  page.url = new URL('https://console.example/list?q=x&rows=25&after=y&offset=50')
  render(Pager, { things: ['row', 'rows'], connection })
  const links = screen
    .getAllByRole('link')
    .map((link) => [link.textContent?.trim(), link.getAttribute('href')])
  expect(links).toEqual([
    ['First page', '/list?q=x&rows=25'],
    ['Previous', '/list?q=x&rows=25&before=a&offset=50'],
    ['Next', '/list?q=x&rows=25&after=b&offset=75'],
    ['Last page', '/list?q=x&rows=25&page=last'],
  ])
  const sizes = screen.getByLabelText<HTMLSelectElement>('Rows per page')
  expect([sizes.value, [...sizes.options].map(({ value }) => value)]).toEqual(['25', ['25', '50', '100']])
})

test('a subordinate without scheduled checks is not said to be unchecked', () => {
  render(RecentChecks, { checks: [], lastCheckedAt: new Date().toISOString() })
  expect(document.body.textContent).toMatch(/No check by schedule yet\. It was last checked\s+just now/)
  expect(document.body.textContent).not.toContain('not checked')
})
