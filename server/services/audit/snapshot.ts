import type { Prisma } from '#prisma/generated/client/client.ts'

/** A row as plain JSON: dates become strings, as in the API. Null: the object did not exist, or exists no more. */
export function snapshot(row: object | undefined): Prisma.InputJsonObject | null {
  return row ? JSON.parse(JSON.stringify(row)) : null
}
