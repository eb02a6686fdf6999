/** A section of figures that are measured with a hundred to a million members. On request only: it takes half an hour. */
import { number, type Part, type Say, type Section, section } from '../document.ts'

const sizes = { quick: [100, 1_000, 10_000], full: [100, 1_000, 10_000, 100_000, 1_000_000] }

/** `measure` gives the rows for one size: names and figures. `further`: sections that it fills meanwhile. */
export function growthPart(
  name: string,
  title: string,
  measure: (members: number, say: Say) => Promise<[name: string, figure: string][]>,
  further: readonly Section[] = [],
): Part {
  return {
    name,
    usual: [],
    async measure(effort, say) {
      const columns: [name: string, figure: string][][] = []
      for (const size of sizes[effort]) columns.push(await measure(size, say))
      const head = ['members', ...sizes[effort].map(number)]
      const rows = (columns[0] ?? []).map(([row], at) => [
        row,
        ...columns.map((column) => column[at]?.[1] ?? '-'),
      ])
      return [section(title, '', head, rows), ...further]
    },
  }
}
