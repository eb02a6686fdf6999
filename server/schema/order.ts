/** The order of a list. */
import { builder } from '#server/schema/builder.ts'

const OrderDirection = builder.enumType('OrderDirection', {
  description: 'Upwards or downwards.',
  values: {
    ASC: { value: 'asc', description: 'From the smallest or earliest.' },
    DESC: { value: 'desc', description: 'From the largest or latest.' },
  } as const,
})

/** An input that names one of the columns and a direction; `equals` says how equal ones follow. */
export function orderInput<const Column extends string>(
  name: string,
  things: string,
  columns: Readonly<Record<string, { value: Column; description: string }>>,
  equals = 'equal ones follow by age, in the same direction',
) {
  const Field = builder.enumType(`${name}Field`, {
    description: `What ${things} are ordered by.`,
    values: columns,
  })
  return builder.inputType(name, {
    description: `An order; ${equals}.`,
    fields: (t) => ({
      field: t.field({ type: Field, required: true, description: 'What to order by.' }),
      direction: t.field({
        type: OrderDirection,
        required: true,
        defaultValue: 'asc',
        description: 'Upwards or downwards.',
      }),
    }),
  })
}
