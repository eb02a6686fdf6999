/** Formats numbers as one value of a query. Prisma and the driver would convert each element of an array. */
export const toNumbers = (numbers: readonly (number | null)[]) =>
  `{${numbers.map((number) => number ?? 'NULL').join(',')}}`
