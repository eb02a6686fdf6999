/** Names browser and system from a User-Agent header, for a user to recognize. */

/** The first match applies, because most browsers also name those that they derive from. */
const browsers = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrom(e|ium)\//, 'Chrome'],
  [/Safari\//, 'Safari'],
] as const

const systems = [
  [/Windows/, 'Windows'],
  [/iPhone|iPad/, 'iOS'],
  [/Mac OS X/, 'macOS'],
  [/Android/, 'Android'],
  [/Linux/, 'Linux'],
] as const

const nameIn = (text: string, table: readonly (readonly [RegExp, string])[]) =>
  table.find(([pattern]) => pattern.test(text))?.[1]

export function browserInWords(userAgent: string | null | undefined): string {
  if (!userAgent) return 'An unknown program'
  const browser = nameIn(userAgent, browsers)
  const system = nameIn(userAgent, systems)
  if (!browser) return userAgent.slice(0, 60)
  return system ? `${browser} on ${system}` : browser
}
