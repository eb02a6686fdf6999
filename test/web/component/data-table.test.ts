// @vitest-environment happy-dom
/** Tests the table of lists: sort links and the selection of rows. */
import { fireEvent, render, screen } from '@testing-library/svelte'
import { createRawSnippet } from 'svelte'
import { expect, test, vi } from 'vitest'
import DataTable from '#lib/components/list/DataTable.svelte'
import { page } from './app.ts'

type Row = { id: string; name: string }

const rows: Row[] = [
  { id: '1', name: 'Library' },
  { id: '2', name: 'Hospital' },
]
const cell = createRawSnippet<[Row]>((row) => ({ render: () => `<span>${row().name}</span>` }))
const columns = [
  { label: 'Name', cell, sort: 'name' },
  { label: 'Registered', cell, sort: 'registered' },
  { label: 'Type', cell },
]

const hrefOf = (label: string) => screen.getByRole('link', { name: label }).getAttribute('href')
const orderOf = (label: string) => screen.getByRole('columnheader', { name: label }).getAttribute('aria-sort')

test('shows the rows in order, and links only columns that sort', () => {
  page.url = new URL('https://console.example/list')
  render(DataTable, { caption: 'Members', columns, rows })
  const lines = screen.getAllByRole('row').map((row) => row.textContent?.trim())
  expect(lines.slice(1)).toEqual(['LibraryLibraryLibrary', 'HospitalHospitalHospital'])
  expect(screen.queryByRole('link', { name: 'Type' })).toBeNull()
  expect(screen.queryAllByRole('checkbox')).toEqual([])
})

test.each([
  ['', 'ascending', null, 'sort=-name', 'sort=registered'],
  ['?sort=-name', 'descending', null, '', 'sort=registered'],
  ['?sort=registered&q=x&after=y', null, 'ascending', 'q=x', 'sort=-registered'],
])(
  'at “%s” marks the sorted column, and links the next order',
  (search, name, registered, toName, toRegistered) => {
    page.url = new URL(`https://console.example/list${search}`)
    render(DataTable, { caption: 'Members', columns, rows })
    expect([orderOf('Name'), orderOf('Registered'), orderOf('Type')]).toEqual([name, registered, null])
    expect(hrefOf('Name')).toContain(toName)
    expect(hrefOf('Registered')).toContain(toRegistered)
    expect(hrefOf('Name')).not.toContain('after')
  },
)

test('selects one row or all rows of the page', async () => {
  const choose = vi.fn()
  const selection = { has: ({ id }: Row) => id === '2', choose, nameOf: ({ name }: Row) => name }
  render(DataTable, { caption: 'Members', columns, rows, selection })
  const [all, first, second] = screen.getAllByRole<HTMLInputElement>('checkbox')
  expect([all?.checked, all?.indeterminate, first?.checked, second?.checked]).toEqual([
    false,
    true,
    false,
    true,
  ])
  await fireEvent.click(screen.getByRole('checkbox', { name: 'Select Library' }))
  await fireEvent.click(screen.getByRole('checkbox', { name: 'Select all on this page' }))
  expect(choose.mock.calls).toEqual([
    [[rows[0]], true],
    [rows, true],
  ])
})
