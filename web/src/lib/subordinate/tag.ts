/** Lists of tags in addresses and CSV files, separated by commas. */

export function readTags(text: string): string[] {
  const tags = text
    .split(',')
    .map((tag) => tag.trim())
    .filter(Boolean)
  return [...new Set(tags)]
}

export const joinTags = (tags: readonly string[]): string => tags.join(',')
