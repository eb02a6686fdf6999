// @vitest-environment happy-dom
/** Tests the warning that others ask to register the same entity. */
import { render, screen } from '@testing-library/svelte'
import { expect, test } from 'vitest'
import Competing from '../../../web/src/routes/(console)/requests/[id]/Competing.svelte'

const submittedAt = '2026-11-29T12:00:00Z'

test('names who else asks, with a link to each request', () => {
  render(Competing, {
    competing: [
      { id: 'a', organizationName: 'Oslo', submittedAt },
      { id: 'b', organizationName: null, submittedAt },
    ],
  })
  expect(screen.getByRole('note').textContent).toContain('This entity is asked for more than once')
  const links = screen.getAllByRole('link')
  expect(links.map(({ textContent }) => textContent)).toEqual(['Oslo', 'Software without an account'])
  expect(links[0]?.getAttribute('href')).toContain('/requests/a')
})

test('says nothing while no one else asks', () => {
  render(Competing, { competing: [] })
  expect(screen.queryByRole('note')).toBeNull()
})
