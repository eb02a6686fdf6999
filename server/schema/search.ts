/** Search terms. */

/** Escapes a term for `contains`: Prisma does not escape the wildcards of LIKE. */
export const escapeLike = (text: string) => text.trim().replace(/[\\%_]/g, '\\$&')
