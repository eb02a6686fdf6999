/** Tests states of console pages that no link leads to, like accessibility.spec.ts. */
import { beforeEach, expect, test } from 'vitest'
import { violationsInEveryLook } from '#test/helpers/axe.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { states } from './page-state.ts'
import { openPopulatedConsole, visit } from './populated-console.ts'
import { pageInFile } from './signed-in-console.ts'

const opened = inFile(openPopulatedConsole)
const { page, complaints } = pageInFile(() => opened.session.open('/'))
/** Each state begins with a load of its page, which a failure of the one before does not outlast. */
beforeEach(async () => {
  complaints.length = 0
  await page.setViewportSize({ width: 1280, height: 800 })
})

test.each(states)('$what', async ({ path, reach, part }) => {
  const { registered, candidate } = opened
  await visit(page, path({ registered: registered.id, candidate: candidate.id }))
  await reach(page)
  expect(await violationsInEveryLook(page, part)).toEqual([])
  expect(complaints).toEqual([])
})
