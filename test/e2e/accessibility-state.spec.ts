/** Tests states of console pages that no link leads to, like accessibility.spec.ts. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { violationsInEveryLook } from '#test/helpers/axe.ts'
import { states } from './page-state.ts'
import { openPopulatedConsole, type PopulatedConsole, visit } from './populated-console.ts'

let opened: PopulatedConsole
beforeAll(async () => {
  opened = await openPopulatedConsole()
})
afterAll(() => opened.close())

test.each(states)('$what', async ({ path, reach, part }) => {
  const { session, registered, candidate } = opened
  const { page, complaints } = await session.open()
  onTestFinished(() => page.close())
  await visit(page, path({ registered: registered.id, candidate: candidate.id }))
  await reach(page)
  expect(await violationsInEveryLook(page, part)).toEqual([])
  expect(complaints).toEqual([])
})
