// @vitest-environment happy-dom
/** A form over a stored thing: what is sent, where a refusal is shown, and how it goes on after a conflict. */
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte'
import { beforeEach, expect, test, vi } from 'vitest'
import { Draft } from '#lib/form/draft.svelte.ts'
import { invalidate } from './app.ts'
import MemberForm from './MemberForm.svelte'

const stored = { version: 3, fields: { name: 'Ana', hours: '24' } }
const save = vi.fn()
const onsaved = vi.fn()

beforeEach(() => {
  vi.clearAllMocks()
  save.mockResolvedValue({ value: {} })
})

function open() {
  const draft = new Draft(stored)
  const view = render(MemberForm, { draft, stored, save, onsaved })
  return { draft, rerender: view.rerender }
}

const field = (label: string) => screen.getByLabelText<HTMLInputElement>(label)
const type = (label: string, value: string) => fireEvent.input(field(label), { target: { value } })
const submit = () => fireEvent.submit(field('Name').form as HTMLFormElement) // it stands in one

test('sends only the changed fields, with the version that was read', async () => {
  open()
  await submit()
  expect(save).not.toHaveBeenCalled()
  await type('Hours', ' 48 ')
  await submit()
  expect(save).toHaveBeenCalledExactlyOnceWith({ hours: '48' }, 3)
  await waitFor(() => expect(onsaved).toHaveBeenCalledOnce())
})

test('shows a refusal at its field as its description, and keeps the input', async () => {
  save.mockResolvedValue({ refusal: { message: 'That name is taken.', path: ['name'] } })
  open()
  await type('Name', 'Ben')
  await submit()
  const alerts = await screen.findAllByRole('alert')
  expect(alerts.map(({ textContent }) => textContent?.trim())).toContain('That name is taken.')
  expect(field('Name').getAttribute('aria-invalid')).toBe('true')
  const described = field('Name').getAttribute('aria-describedby')?.split(' ') ?? []
  expect(described.map((id) => document.getElementById(id)?.textContent?.trim())).toEqual([
    'As people call it',
    'That name is taken.',
  ])
  expect(field('Name').value).toBe('Ben')
  expect(onsaved).not.toHaveBeenCalled()
})

test('reads the stored object again after a conflict, and takes over the changes of the other user', async () => {
  save.mockResolvedValueOnce({ refusal: { message: 'It is at version 4.', path: ['version'] } })
  const { draft, rerender } = open()
  await type('Name', 'Ben')
  await submit()
  await waitFor(() => expect(invalidate).toHaveBeenCalledWith('app:members'))
  const others = { version: 4, fields: { name: 'Cora', hours: '72' } }
  await rerender({ stored: others })
  expect(draft.changedMeanwhile(others)).toEqual(['name', 'hours'])
  draft.rebase(others)
  await waitFor(() => expect(field('Hours').value).toBe('72'))
  expect(field('Name').value).toBe('Ben')
  await submit()
  expect(save).toHaveBeenLastCalledWith({ name: 'Ben' }, 4)
})

test('shows a duration in days too, except for an invalid number', async () => {
  open()
  const unit = () => field('Hours').parentElement?.textContent?.trim()
  await type('Hours', '72')
  expect(unit()).toBe('hours = 3 days')
  await type('Hours', '50')
  expect(unit()).toBe('hours')
  await type('Hours', '1.5')
  expect(unit()).not.toContain('days')
})

test('shows no refusal of what the user has changed since, and shows it again if it is refused again', async () => {
  const message = 'That name is taken.'
  save.mockResolvedValue({ refusal: { message, path: ['name'] } })
  open()
  await type('Name', 'Ben')
  await submit()
  expect((await screen.findAllByRole('alert')).length).toBeGreaterThan(0)
  await type('Name', 'Cara')
  await waitFor(() => expect(screen.queryAllByRole('alert')).toEqual([]))
  expect(document.body.textContent).not.toContain(message)
  await submit()
  await screen.findAllByText(new RegExp(message))
})
