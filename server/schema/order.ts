/** Order inputs of lists. */
import { builder } from '#server/schema/builder.ts'

const OrderDirection = builder.enumType('OrderDirection', {
  description: 'Ascending or descending.',
  values: {
    ASC: { value: 'asc', description: 'Smallest or earliest first.' },
    DESC: { value: 'desc', description: 'Largest or latest first.' },
  } as const,
})

/** Creates an input with a column and a direction; `equals` describes the order of equal values. */
export function orderInput<const Column extends string>(
  name: string,
  things: string,
  columns: Readonly<Record<string, { value: Column; description: string }>>,
  equals = 'equal values are ordered by age, in the same direction',
) {
  const Field = builder.enumType(`${name}Field`, {
    description: `The fields by which ${things} are ordered.`,
    values: columns,
  })
  return builder.inputType(name, {
    description: `An order; ${equals}.`,
    fields: (t) => ({
      field: t.field({ type: Field, required: true, description: 'The field.' }),
      direction: t.field({
        type: OrderDirection,
        required: true,
        defaultValue: 'asc',
        description: 'Ascending or descending.',
      }),
    }),
  })
}
