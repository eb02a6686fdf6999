/** The page "API" in a browser: its parts, and what a user does with them. */
import type { Page } from 'playwright-core'

interface Sent {
  query: string
  variables?: object
  operationName?: string
}

/** Operations of these tests; those of the shell have other names. */
const own = /^(query (First|Mine)|mutation|subscription Mine)/

export function playgroundOf(page: Page) {
  /** The bodies of the requests with operations of these tests. */
  const sent: Sent[] = []
  page.on('request', (request) => {
    const body = request.url().endsWith('/graphql') ? (request.postDataJSON() as Sent | null) : null
    if (body && own.test(body.query)) sent.push(body)
  })
  const query = page.getByTestId('query-editor')
  const editor = query.getByRole('textbox', { name: 'GraphQL operation' })
  const state = page.getByTestId('result-state')
  const result = page.getByRole('textbox', { name: 'Result' })
  return {
    sent,
    /** Around the editor, with its tooltips. */
    query,
    editor,
    variables: page.getByRole('textbox', { name: 'Variables' }),
    state,
    result,
    help: (part: string) => page.getByRole('group', { name: 'Help' }).getByRole('button', { name: part }),
    dialog: page.getByRole('alertdialog'),
    /** Replaces the text like a user, with one input instead of many. */
    async write(text: string, into = editor): Promise<void> {
      await into.click()
      await page.keyboard.press('Control+a')
      await page.keyboard.press('Delete')
      await page.keyboard.insertText(text)
    },
    /** The JSON of an answer. */
    async shownResult(): Promise<string> {
      await state.filter({ hasText: /^Status/ }).waitFor()
      return (await result.textContent()) ?? ''
    },
  }
}
