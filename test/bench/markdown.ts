/** Formats figures and tables as Markdown. */

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, at) => (at === 0 ? '---' : '--:'))
  return [head, rule, ...rows].map(line).join('\n')
}

export function number(value: number): string {
  return Math.round(value).toLocaleString('en').replaceAll(',', '\u202f')
}

export function megabytes(bytes: number): string {
  return `${number(bytes / 1e6)} MB`
}

/** @param value milliseconds */
export function milliseconds(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : `${number(value)} ms`
}
