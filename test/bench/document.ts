/** Keeps `docs/benchmarks.md`: a run replaces the sections that it measured, and leaves the others. */
import { arch, cpus, platform, totalmem } from 'node:os'

export type Section = { title: string; body: string }

const INTRODUCTION = `# Benchmarks

Measured by \`npm run bench\`. Each server and the load generator are separate processes. The share compares our server with
a bare \`node:http\` server that sends the same bytes in the same run, for equal processor time. Other work on the machine
changes the two rates, but hardly the share. Each section says when and on which machine it was measured.`

export function replaceSections(document: string, measured: readonly Section[]): string {
  const sections = parseSections(document)
  for (const section of measured) {
    const at = sections.findIndex(({ title }) => title === section.title)
    if (at < 0) sections.push(section)
    else sections[at] = section
  }
  return `${[INTRODUCTION, ...sections.map(formatSection)].join('\n\n')}\n`
}

export function formatSection({ title, body }: Section): string {
  return `## ${title}\n\n${body}`
}

function parseSections(document: string): Section[] {
  const [, ...parts] = `\n${document}`.split('\n## ')
  return parts.map((part) => {
    const [title = '', ...body] = part.split('\n')
    return { title, body: body.join('\n').trim() }
  })
}

export function describeMachine(): string {
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} × ${cpus()[0]?.model.trim()} (${platform()} ${arch()}, ${memory} GiB), Node ${process.versions.node}`
}
