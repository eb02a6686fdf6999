/** Tables of tests whose rows prove different points: `eachRow([proves(['a loop', …], '10.1/loop'), …])`. */
import { it, type TestOptions } from 'vitest'
import type { Point } from '#test/points.ts'

type Test<Row extends readonly unknown[]> = (...row: Row) => void | Promise<void>

const pointsOfRows = new WeakMap<readonly unknown[], readonly Point[]>()

/** The row, with the points of test/points.ts that it proves. */
export function proves<Row extends readonly unknown[] | [unknown]>(row: Row, ...points: Point[]): Row {
  pointsOfRows.set(row, points)
  return row
}

/** `it.each` that gives each row the points it proves as tags, beside those of the whole table. */
export function eachRow<Row extends readonly unknown[] | [unknown]>(
  rows: readonly Row[],
  pointsOf: (row: Row) => readonly Point[] = (row) => pointsOfRows.get(row) ?? [],
) {
  return (title: string, ...[first, second]: [Test<Row>] | [TestOptions, Test<Row>]) => {
    const [options, test] = second ? [first as TestOptions, second] : [{}, first as Test<Row>]
    for (const row of rows) {
      const tags = [options.tags ?? [], pointsOf(row)].flat()
      it.each([row])(title, { ...options, tags }, test as Test<unknown[]>)
    }
  }
}
