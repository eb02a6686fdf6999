/** What a list is narrowed to, as it stands in the address bar. */

/** A search by the names of its parameters; what is absent is empty. */
export function parseSearch<Name extends string>(
  parameters: URLSearchParams,
  names: readonly Name[],
): Record<Name, string> {
  const values = names.map((name) => [name, parameters.get(name)?.trim() ?? ''])
  return Object.fromEntries(values) as Record<Name, string> // of the same names
}

export const isNarrowed = (search: object) => Object.values(search).some((value) => value !== '')
