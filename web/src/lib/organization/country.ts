/** The countries of ISO 3166-1 in English. */

const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })

/** Codes with a name that stand for no country: parts of another one, groups, tests. The European Union stays. */
const others = new Set('AC CP CQ DG EA EZ IC QO TA UN XA XB ZZ'.split(' '))

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('')

/** Code and name. Browsers have names for codes, and no list of codes. */
export const countries: readonly (readonly [code: string, name: string])[] = letters
  .flatMap((first) => letters.map((second) => first + second))
  // A withdrawn code stands for another one: DD for DE.
  .filter((code) => !others.has(code) && new Intl.Locale(`und-${code}`).region === code)
  .flatMap((code) => {
    const name = regions.of(code)
    return name === undefined ? [] : [[code, name] as const]
  })
  .sort(([, one], [, other]) => one.localeCompare(other, 'en'))

/** The code itself if it has no name. */
export const countryName = (code: string): string =>
  (/^[A-Z]{2}$/.test(code) ? regions.of(code) : undefined) ?? code
