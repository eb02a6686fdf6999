/** What people type into a search. */

/** For `contains`: Prisma leaves the wildcards of LIKE to us. */
export const literally = (text: string) => text.trim().replace(/[\\%_]/g, '\\$&')
