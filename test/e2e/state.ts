/** A state of a page of the console, and how to reach it. */
import type { Page } from 'playwright-core'

/** Entity Identifiers: one is a subordinate with a Trust Mark, the other could be one. */
export type Entities = { registered: string; candidate: string }

export type State = {
  what: string
  path: (entities: Entities) => string
  reach: (page: Page) => Promise<void>
  /** The part to check when the rest of the page is inert. */
  part?: string
  /** In light and dark, on a desktop and a phone. */
  everyLook?: true
}
