/** The country of a registrar: the metadata has none. */

/** Country codes in host names that registrars of any country use. */
const usedAnywhere = ['AI', 'CC', 'CO', 'EU', 'FM', 'IO', 'ME', 'TV', 'WS']
const aliases: Readonly<Record<string, string>> = { UK: 'GB' }

const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })

/** Null: unknown. */
export function countryOf(
  registrar: string | null,
  countries: Readonly<Record<string, string | null>>,
): string | null {
  if (registrar === null) return null
  if (Object.hasOwn(countries, registrar)) return countries[registrar] ?? null
  const host = URL.parse(registrar)?.hostname ?? ''
  const [, last = ''] = /\.([a-z]{2})$/.exec(host) ?? []
  const code = aliases[last.toUpperCase()] ?? last.toUpperCase()
  const isCountry = code !== '' && !usedAnywhere.includes(code) && regions.of(code) !== undefined
  return isCountry && new Intl.Locale(`und-${code}`).region === code ? code : null
}
