/** What a run has cost, as lines of text: the time of each project, its processor time and budget, and the dearest files. */
import { relative } from 'node:path'
import type { TestModule } from 'vitest/node'
import { REFERENCE_SECONDS } from './calibration.ts'
import { root } from './recording/imports.ts'

const DEAREST = 10

/** Seconds of processor time on the reference, of all files of a project. */
const budgets: Readonly<Record<string, number>> = {
  core: 10,
  federation: 110,
  server: 300,
  process: 70,
  product: 280,
  web: 10,
  components: 20,
  deploy: 190,
  reference: 10,
  e2e: 450,
}

type Cost = { project: string; file: string; tests: number; wall: number; processor: number }

/** Seconds. `wall` includes the imports of a file; files run side by side, so the sums are longer than the run. */
export function costOf(module: TestModule): Cost {
  const { duration, collectDuration, setupDuration } = module.diagnostic()
  return {
    project: module.project.name,
    file: relative(root, module.moduleId),
    tests: [...module.children.allTests()].length,
    wall: (duration + collectDuration + setupDuration) / 1000,
    processor: module.meta().processorSeconds ?? 0,
  }
}

/** @param calibration seconds of processor time of calibration.ts, in the same run */
export function costLines(modules: readonly TestModule[], calibration: number): string[] {
  const costs = modules.map(costOf)
  const speed = REFERENCE_SECONDS / calibration
  const row = (name: string, of: readonly Cost[], budget: number) =>
    line(name, of.length, ...sums(of), sum(of, 'processor') * speed, budget)
  const projects = Map.groupBy(costs, ({ project }) => project)
  const total = Object.values(budgets).reduce((all, budget) => all + budget)
  const dearest = costs.toSorted((a, b) => b.processor - a.processor).slice(0, DEAREST)
  return [
    `Calibration: ${calibration.toFixed(2)} s of processor time, ${REFERENCE_SECONDS.toFixed(2)} s on the reference.`,
    '',
    line('', 'files', 'tests', 'seconds', 'processor', 'reference', 'budget'),
    ...[...projects].map(([name, of]) => row(name, of, budgets[name] ?? 0)),
    row('all', costs, total),
    '',
    'The dearest files, in seconds of processor time, and in seconds:',
    ...dearest.map(({ file, wall, processor }) => `${cell(processor)}${cell(wall)}  ${file}`),
  ]
}

const sums = (costs: readonly Cost[]) => [sum(costs, 'tests'), sum(costs, 'wall'), sum(costs, 'processor')]

function sum(costs: readonly Cost[], key: 'tests' | 'wall' | 'processor'): number {
  return costs.reduce((total, cost) => total + cost[key], 0)
}

const cell = (value: string | number) =>
  (typeof value === 'number' ? String(Math.round(value)) : value).padStart(10)

const line = (name: string, ...cells: (string | number)[]) => name.padEnd(12) + cells.map(cell).join('')
