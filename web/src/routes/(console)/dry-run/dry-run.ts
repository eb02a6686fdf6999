/** The dry run of an action on many objects: its words and its results. */
import type { RunFieldsFragment } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'

export interface DryRunWords {
  /** The noun for one of them. */
  thing: string
  /** The verb for an item that would succeed. */
  done: string
  /** The effect, before the action is confirmed. */
  consequence: string
  danger?: boolean
  /** The button that starts the action, by the number of items that would succeed. */
  confirm: (number: number) => string
}

/** The first results of each kind; the page of the run has all. */
export const DryRunResults = graphql(`
  query DryRunResults($id: ID!, $anchor: String) {
    run(id: $id, anchor: $anchor) {
      refused: items(failed: true, first: 10) { edges { node { id resource entityName message } } }
      changed: items(failed: false, skipped: false, first: 10) { edges { node { id resource entityName message } } }
      unchanged: items(skipped: true, first: 10) { edges { node { id resource entityName message } } }
    }
  }
`)

/** How many objects the run would change. */
export const changedBy = (run: RunFieldsFragment | undefined): number => (run ? run.done - run.skipped : 0)
