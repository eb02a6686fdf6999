/** Finds the operators to whom requests can be assigned, and assigns them. */
import { graphql } from '#lib/gql/index.ts'
import { ask } from '#lib/graphql/client.ts'
import { mutation } from '#lib/graphql/mutation.ts'
import { specialAssignees } from './assignee.ts'

export const AssignRequest = mutation(`AssignRequest { request { id } }`)

const RequestAssignees = graphql(`
  query RequestAssignees { requestAssignees }
`)

const isFound = (name: string, search: string) => name.toLowerCase().includes(search.toLowerCase())

/** As options; empty without an answer. */
export async function findAssignees(search: string) {
  const { value } = await ask(RequestAssignees, {})
  const names = (value?.requestAssignees ?? []).filter((name) => isFound(name, search))
  return names.map((name) => ({ value: name, label: name }))
}

/** The options of the filter. */
export async function findAssigneeFilters(search: string) {
  const special = specialAssignees.filter(({ label }) => isFound(label, search))
  return [...special, ...(await findAssignees(search))]
}
