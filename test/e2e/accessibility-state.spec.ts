/** Tests states of console pages that no link leads to, like accessibility.spec.ts. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { violationsInEveryLook } from '#test/helpers/axe.ts'
import type { Watched } from '#test/helpers/browser.ts'
import { states } from './page-state.ts'
import { openPopulatedConsole, type PopulatedConsole, visit } from './populated-console.ts'

let opened: PopulatedConsole
let watched: Watched
beforeAll(async () => {
  opened = await openPopulatedConsole()
  watched = await opened.session.open('/')
})
/** Each state begins with a load of its page, which a failure of the one before does not outlast. */
beforeEach(async () => {
  watched.complaints.length = 0
  await watched.page.setViewportSize({ width: 1280, height: 800 })
})
afterAll(() => opened.close())

test.each(states)('$what', async ({ path, reach, part }) => {
  const { registered, candidate } = opened
  const { page, complaints } = watched
  await visit(page, path({ registered: registered.id, candidate: candidate.id }))
  await reach(page)
  expect(await violationsInEveryLook(page, part)).toEqual([])
  expect(complaints).toEqual([])
})
