/** What a measurement gives: sections of `docs/benchmarks.md`. A run replaces those that it measured, and leaves the others. */
import { arch, cpus, platform, totalmem } from 'node:os'

export type Section = { title: string; body: string }
/** `quick` is for a look at a change: all of it takes some minutes. */
export type Effort = 'quick' | 'full'
export type Say = (line: string) => void

export type Part = {
  /** For `--only`. */
  name: string
  /** The efforts that measure it without `--only`. */
  usual: readonly Effort[]
  measure(effort: Effort, say: Say, options: Options): Promise<Section[]>
}

/** `beside`: the folder of another checkout, to measure in the same run. */
export type Options = { beside?: string | undefined }

const INTRODUCTION = `# Benchmarks

Measured by \`npm run bench\`. Each server and the load generator are separate processes. The share compares our server with
a bare \`node:http\` server that sends the same bytes in the same run, for equal processor time. Other work on the machine
changes the two rates, but hardly the share. Each section says when and on which machine it was measured.`

export function replaceSections(document: string, measured: readonly Section[]): string {
  const [, ...parts] = `\n${document}`.split('\n## ')
  const sections = new Map(parts.map((part) => [part.split('\n')[0], part.trim()]))
  for (const { title, body } of measured) sections.set(title, `${title}\n\n${body}`)
  return `${[INTRODUCTION, ...[...sections.values()].map((text) => `## ${text}`)].join('\n\n')}\n`
}

/** A section of an introduction and a table. */
export function section(title: string, intro: string, head: readonly string[], rows: string[][]): Section {
  return { title, body: [intro, table(head, rows)].filter(Boolean).join('\n\n') }
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, at) => (at === 0 ? '---' : '--:'))
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

export const number = (value: number) => Math.round(value).toLocaleString('en').replaceAll(',', '\u202f')

export const megabytes = (bytes: number) => `${number(bytes / 1e6)} MB`

export const milliseconds = (value: number) => `${value < 10 ? value.toFixed(1) : number(value)} ms`

export function describeMachine(): string {
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} × ${cpus()[0]?.model.trim()} (${platform()} ${arch()}, ${memory} GiB), Node ${process.versions.node}`
}
