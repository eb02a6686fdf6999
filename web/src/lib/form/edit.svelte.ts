/** The state of a form over a stored object, for `EditForm`: the stored one, the draft, and what is sent. */
import { untrack } from 'svelte'
import type { Outcome } from '#lib/graphql/refusal.ts'
import { snapshot } from '$app/navigation'
import { Draft } from './draft.svelte.ts'
import { type Fields, type Inputs, parseValues, storedValues, type Values } from './field.ts'

type Row<Table> = { version: number } & { [Name in keyof Table]: unknown }

export function edit<Table extends Fields>(
  table: Table,
  /** The last read. */
  row: () => Row<Table>,
  send: (input: Inputs<Table> & { version: number }) => Promise<Outcome<unknown>>,
) {
  const stored = $derived(storedValues(table, row()))
  const draft = new Draft(untrack(() => stored))
  snapshot({ capture: () => draft.capture(), restore: (typed) => draft.restore(typed) })
  return {
    table,
    draft,
    get stored() {
      return stored
    },
    async save(changes: Partial<Values<Table>>, version: number): Promise<Outcome<unknown>> {
      const { value, refusal } = parseValues(table, changes)
      return refusal ? { refusal } : send({ ...value, version })
    },
  }
}
