/** GraphiQL on the page "API" in a browser. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { eventually } from '#test/helpers/product.ts'

export function graphiqlOf(page: Page) {
  const frame = page.frameLocator('iframe')
  const editor = frame.locator('.graphiql-query-editor .view-lines')
  const execute = frame.getByRole('button', { name: 'Execute query' })
  const result = frame.locator('.result-window .view-lines')
  return {
    frame,
    editor,
    execute,
    /** Waits until the operation contains the text. */
    shows: (text: string) => editor.filter({ hasText: text }).waitFor(),
    /** Waits until the answer contains the text, which is without spaces: the editor breaks long lines anywhere. */
    answers: (text: string) =>
      eventually(async () => expect((await result.textContent())?.replaceAll(/\s/g, '')).toContain(text)),
  }
}
