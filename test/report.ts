/** What a run has cost, as lines of text: the time of each project, and the slowest files. */
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestModule } from 'vitest/node'

const SLOWEST = 10
const root = fileURLToPath(new URL('..', import.meta.url))

type Cost = { project: string; file: string; tests: number; wall: number; processor: number }

/** Seconds. `wall` includes the imports of a file; files run side by side, so the sums are longer than the run. */
function costOf(module: TestModule): Cost {
  const { duration, collectDuration, setupDuration } = module.diagnostic()
  return {
    project: module.project.name,
    file: relative(root, module.moduleId),
    tests: [...module.children.allTests()].length,
    wall: (duration + collectDuration + setupDuration) / 1000,
    processor: module.meta().processorSeconds ?? 0,
  }
}

export function costLines(modules: readonly TestModule[]): string[] {
  const costs = modules.map(costOf)
  const projects = Map.groupBy(costs, ({ project }) => project)
  const slowest = costs.toSorted((a, b) => b.wall - a.wall).slice(0, SLOWEST)
  return [
    line('', 'files', 'tests', 'seconds', 'processor'),
    ...[...projects].map(([name, of]) =>
      line(name, of.length, sum(of, 'tests'), sum(of, 'wall'), sum(of, 'processor')),
    ),
    line('all', costs.length, sum(costs, 'tests'), sum(costs, 'wall'), sum(costs, 'processor')),
    '',
    `The slowest files, in seconds, and seconds of processor time:`,
    ...slowest.map(({ file, wall, processor }) => `${cell(wall)}${cell(processor)}  ${file}`),
  ]
}

function sum(costs: readonly Cost[], key: 'tests' | 'wall' | 'processor'): number {
  return costs.reduce((total, cost) => total + cost[key], 0)
}

const cell = (value: string | number) =>
  (typeof value === 'number' ? String(Math.round(value)) : value).padStart(10)

const line = (name: string, ...cells: (string | number)[]) => name.padEnd(12) + cells.map(cell).join('')
