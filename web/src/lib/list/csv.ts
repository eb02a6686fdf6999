/** Writes comma-separated values (RFC 4180) that are safe to open in a spreadsheet. */

/** A spreadsheet would run a cell that begins like a formula. */
const formula = /^[=+\-@\t\r]/

function cell(value: unknown): string {
  const text =
    value === null || value === undefined
      ? ''
      : typeof value === 'object'
        ? JSON.stringify(value)
        : `${value}`
  const harmless = formula.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

export const csvLine = (values: readonly unknown[]) => `${values.map(cell).join(',')}\r\n`
