/** The GraphQL documents of commands. */
import { type Row, table } from './table.ts'

const variable = (arg: { name: string; type: string }) => `$${arg.name}: ${arg.type}`

function head(kind: string, args: readonly { name: string; type: string }[]): string {
  return args.length === 0 ? kind : `${kind}(${args.map(variable).join(', ')})`
}

function call(field: string, args: readonly { name: string }[]): string {
  if (args.length === 0) return field
  return `${field}(${args.map(({ name }) => `${name}: $${name}`).join(', ')})`
}

/** The fields of a list: those of its columns, or all plain ones. */
export function selectionOf(type: string, fields: 'columns' | 'plain' | 'full'): string {
  const known = table.types[type]
  if (!known) return ''
  if (fields === 'full') return known.full
  const columns = known.columns.map(selectPath)
  return fields === 'columns' ? columns.join(' ') : [known.plain, ...columns].join(' ')
}

/** `owner.username` is `owner { username }`. */
export function selectPath(path: string): string {
  const [name = '', ...rest] = path.split('.')
  return rest.length === 0 ? name : `${name} { ${selectPath(rest.join('.'))} }`
}

const pageArgs = [
  { name: 'first', type: 'Int' },
  { name: 'after', type: 'String' },
]

export function pageDocument({ field, args }: Row, selection: string): string {
  const all = [...args, ...pageArgs]
  return `${head('query', all)} { ${call(field, all)} { nodes { ${selection} } pageInfo { hasNextPage endCursor } } }`
}

export function queryDocument({ field, args }: Row, selection: string): string {
  return `${head('query', args)} { ${call(field, args)}${selection === '' ? '' : ` { ${selection} }`} }`
}

export const nodeDocument = (type: string): string =>
  `query($id: ID!) { node(id: $id) { ... on ${type} { ${selectionOf(type, 'full')} } } }`

const CHECKS = '... on EntityRejectedError { checks { status title message advice } }'

/** `fields`: how much of the objects of the success; `given`: fields of them that are shown in any case. */
export function mutationDocument(
  row: Extract<Row, { kind: 'do' }>,
  fields: 'columns' | 'plain',
  type: string,
  given: readonly string[],
): string {
  const shown = Object.entries(row.success).map(([name, object]) => {
    if (object === null) return name
    const known = table.types[object]?.plain.split(' ').filter((each) => given.includes(each)) ?? []
    return `${name} { ${[selectionOf(object, fields), ...known].join(' ')} }`
  })
  const success = `... on ${type} { ${shown.join(' ')} }`
  const result = `__typename ${success} ... on Error { code message path }${row.rejects ? ` ${CHECKS}` : ''}`
  return `${head('mutation', row.args)} { ${call(row.field, row.args)} { ${result} } }`
}

export const FOLLOW = `subscription($runId: ID!, $after: Int) { runProgress(runId: $runId, after: $after) {
  run { id kind state done failed skipped total error endedAt } item { resource ok skipped message sequence } } }`
