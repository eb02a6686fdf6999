/** Chooses and shortens texts of the metadata. */
import type { Localized } from '#server/convert/saml/metadata/entity.ts'

/** The text in the first of the languages that there is, otherwise the first text. */
export function preferred(texts: Localized, languages: readonly string[]): string | null {
  const inLanguage = (wanted: string) =>
    texts.find(({ language }) => language === wanted || language.startsWith(`${wanted}-`))
  const [found] = languages.flatMap((wanted) => inLanguage(wanted) ?? [])
  return (found ?? texts[0])?.text ?? null
}

/** At most so many characters. */
export function shorten(text: string, maximum: number): string {
  if (text.length <= maximum) return text
  return `${text
    .slice(0, maximum - 1)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd()}…`
}

/** By code units, so that it is the same everywhere. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
