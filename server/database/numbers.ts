/** An array of numbers as one value of a query: Prisma and the driver convert each element of an array by itself. */
export const toNumbers = (numbers: readonly (number | null)[]) =>
  `{${numbers.map((number) => number ?? 'NULL').join(',')}}`
