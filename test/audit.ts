/**
 * Asks the npm registry for known weaknesses in what runs in production, servers and console, as a part of
 * `npm run check`. Fails on those of high and critical severity; where the registry does not answer, it says so and fails
 * nothing.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** Milliseconds for the registry to answer. */
const PATIENCE_MS = 20_000
const SERIOUS = ['high', 'critical']

const report = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({
      severity: z.string(),
      range: z.string(),
      via: z.array(z.union([z.string(), z.looseObject({ title: z.string(), url: z.string() })])),
    }),
  ),
})
const refusal = z.looseObject({ message: z.string() })

export type Verdict = { isFailure: boolean; sentences: string[] }

/** Of what `npm audit --json` has printed. */
export function judge(output: string): Verdict {
  const json = parse(output)
  const { success, data } = report.safeParse(json)
  if (!success) {
    const why = refusal.safeParse(json).data?.message ?? 'it did not answer in time'
    return { isFailure: false, sentences: [`The registry could not be asked for known weaknesses: ${why}`] }
  }
  const serious = Object.entries(data.vulnerabilities).filter(([, { severity }]) =>
    SERIOUS.includes(severity),
  )
  if (serious.length === 0)
    return { isFailure: false, sentences: ['No dependency has a known weakness of high severity.'] }
  const sentences = serious.map(([name, { severity, range, via }]) => {
    const titles = via.map((each) =>
      typeof each === 'string' ? `by ${each}` : `${each.title} (${each.url})`,
    )
    return `${name} ${range}: ${severity}: ${titles.join('; ')}`
  })
  return { isFailure: true, sentences }
}

function parse(output: string): unknown {
  try {
    return JSON.parse(output)
  } catch {
    return undefined
  }
}

async function ask(folder: string): Promise<string> {
  const cwd = fileURLToPath(new URL(`../${folder}`, import.meta.url))
  const child = spawn('npm', ['audit', '--json', '--omit=dev'], { cwd, stdio: ['ignore', 'pipe', 'ignore'] })
  const timer = setTimeout(() => child.kill(), PATIENCE_MS)
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')])
  clearTimeout(timer)
  return output
}

if (import.meta.main) {
  for (const [what, folder] of [
    ['servers', ''],
    ['console', 'web'],
    ['keys in a token', 'federation/key-store/packages/pkcs11js'],
    ['keys in AWS KMS', 'federation/key-store/packages/client-kms'],
  ] as const) {
    const { isFailure, sentences } = judge(await ask(folder))
    for (const sentence of sentences) process.stdout.write(`${what}: ${sentence}\n`)
    if (isFailure) process.exitCode = 1
  }
}
