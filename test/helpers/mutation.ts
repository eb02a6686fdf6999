/** Documents of mutations, by the names that the schema gives their results. */
import '#server/schema/index.ts'
import { nouns } from '#server/schema/operation.ts'

type Options = { hasInput?: boolean; further?: string }

/** One mutation as `result`: the selection of what its success holds, or the failure. */
export function mutationOf(
  name: string,
  selection: string,
  { hasInput = true, further = '' }: Options = {},
): string {
  const prefix = `${name[0]?.toUpperCase()}${name.slice(1)}`
  const noun = nouns.get(name)
  const fields = selection && `{ ${selection} }`
  const success = noun === null ? fields : `{ ${noun} ${fields} }`
  const [head, argument] = hasInput ? [`($input: ${prefix}Input!)`, '(input: $input)'] : ['', '']
  return `mutation ${head} { result: ${name}${argument} {
    __typename ... on ${prefix}Success ${success} ... on Error { code message path } ${further} } }`
}

/** What the success of a mutation holds; undefined for a failure. */
export function successOf<Value>(name: string, result: { __typename: string }): Value | undefined {
  if (!result.__typename.endsWith('Success')) return undefined
  const noun = nouns.get(name)
  const { __typename, ...fields } = result
  return (noun == null ? fields : (fields as Record<string, unknown>)[noun]) as Value // as selected
}
