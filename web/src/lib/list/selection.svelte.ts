/** The rows of a list that the user selected. */
import { SvelteMap } from 'svelte/reactivity'

export interface Selection<Row> {
  has: (row: Row) => boolean
  choose: (rows: readonly Row[], isChosen: boolean) => void
  /** The label of a row. */
  nameOf: (row: Row) => string
  /** Whether the row can be selected. */
  isOffered: (row: Row) => boolean
}

/** Rows as they were when they were selected. They stay between pages, so that a selection can span several. */
export function createSelection<Row extends { id: string }>(
  nameOf: Selection<Row>['nameOf'],
  isOffered: Selection<Row>['isOffered'] = () => true,
) {
  const chosen = new SvelteMap<string, Row>()
  return {
    nameOf,
    isOffered,
    has: ({ id }: Row) => chosen.has(id),
    choose(rows: readonly Row[], isChosen: boolean) {
      for (const row of rows) {
        if (isChosen) chosen.set(row.id, row)
        else chosen.delete(row.id)
      }
    },
    get size() {
      return chosen.size
    },
    get rows(): readonly Row[] {
      return [...chosen.values()]
    },
    clear: () => chosen.clear(),
  }
}
