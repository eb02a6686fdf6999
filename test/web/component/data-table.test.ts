// @vitest-environment happy-dom
/** Tests the table of lists: sort links and the selection of rows. */
import { fireEvent, render, screen } from '@testing-library/svelte'
import { createRawSnippet, tick } from 'svelte'
import { expect, test, vi } from 'vitest'
import DataTable from '#lib/components/list/DataTable.svelte'
import { createSelection } from '#lib/list/selection.svelte.ts'
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

const nameOf = ({ name }: Row) => name

test('selects one row or all rows of the page', async () => {
  const choose = vi.fn()
  const has = ({ id }: Row) => id === '2'
  const selection = { has, choose, nameOf, isOffered: () => true }
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

test('offers and selects only the rows that can be selected', async () => {
  const selection = createSelection(nameOf, ({ id }: Row) => id === '2')
  render(DataTable, { caption: 'Members', columns, rows, selection })
  const [all, only, ...others] = screen.getAllByRole<HTMLInputElement>('checkbox')
  expect([only?.getAttribute('aria-label'), others]).toEqual(['Select Hospital', []])
  await fireEvent.click(all ?? document.body)
  expect([selection.rows, selection.size]).toEqual([[rows[1]], 1])
  expect([all?.checked, all?.indeterminate, only?.checked]).toEqual([true, false, true])
  selection.clear()
  await tick()
  expect([selection.size, all?.checked, only?.checked]).toEqual([0, false, false])
})

test('selects no row where none can be selected', () => {
  render(DataTable, { caption: 'Members', columns, rows, selection: createSelection(nameOf, () => false) })
  const [all, ...others] = screen.getAllByRole<HTMLInputElement>('checkbox')
  expect([all?.disabled, all?.checked, others]).toEqual([true, false, []])
})
