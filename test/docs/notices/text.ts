/** Splits a licence file into its copyright lines, which differ, and its terms, which many packages share. */

export type LicenceText = {
  /** Equal for texts that differ in layout and punctuation only. */
  key: string
  body: string
  copyright: string[]
}

const isTitle = (line: string) => /^\W*(the )?(mit|isc|bsd)( license)?\W*(\((mit|isc)\))?\W*$/i.test(line)
/** Not "(c)" alone, which counts a clause of the Apache licence. */
const isCopyright = (line: string) => /^\W*(copyright\b.*(\d{4}|\(c\)|©)|(\(c\)|©)\s*\d{4})/i.test(line)
const isReserved = (line: string) => /^\W*all rights reserved\W*$/i.test(line)

export function readText(text: string): LicenceText {
  const lines = withoutLinks(withoutAppendix(text.replace(/^\uFEFF/, '')))
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
  const body = lines.filter((line) => !isTitle(line) && !isCopyright(line) && !isReserved(line))
  return {
    key: body
      .join('')
      .toLowerCase()
      .replace(/[^a-z0-9]/g, ''),
    body: body
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .replace(/^\n+|\n+$/g, ''),
    copyright: lines.filter(isCopyright).map((line) => line.replace(/^[\s*#>-]+/, '').replace(/\s+/g, ' ')),
  }
}

/** The Apache licence explains after its terms how to apply it to one's own work. */
const withoutAppendix = (text: string) =>
  text.replace(/\s*APPENDIX: How to apply[\s\S]*?limitations under the License\.?/, '')

/** The document is Markdown, where a relative link would lead to a file of ours. */
const withoutLinks = (text: string) =>
  text.replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, '$1 ($2)').replace(/```/g, '')
