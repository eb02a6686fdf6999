/** Makes a record with a value for each row of a table. */
export function mapRows<Table extends Readonly<Record<string, unknown>>, Value>(
  table: Table,
  make: (name: keyof Table, row: Table[keyof Table]) => Value,
): Record<keyof Table, Value> {
  const rows = Object.entries(table) as [keyof Table, Table[keyof Table]][] // the entries of the table
  return Object.fromEntries(rows.map(([name, row]) => [name, make(name, row)])) as Record<keyof Table, Value>
}
