/** How commands speak: lines for people, or one JSON document with --json. */
import { Command, InvalidArgumentError } from 'commander'
import { type Installation, openInstallation } from '#server/cli/installation.ts'

/** A command that can answer in JSON. */
export function command(name: string, description: string): Command {
  return new Command(name).description(description).option('--json', 'answer with one JSON document')
}

export function print(options: { json?: boolean }, value: unknown, text: string): void {
  process.stdout.write(options.json ? `${JSON.stringify(value)}\n` : `${text}\n`)
}

/** Opens the installation for one piece of work. */
export async function withInstallation<T>(
  work: (installation: Installation) => Promise<T>,
  options: Parameters<typeof openInstallation>[0] = {},
): Promise<T> {
  const installation = await openInstallation(options)
  try {
    return await work(installation)
  } finally {
    await installation.close()
  }
}

/** An option in days. */
export function parseDays(value: string): number {
  const days = Number(value)
  if (Number.isSafeInteger(days) && days > 0) return days
  throw new InvalidArgumentError('It must be a whole number of days, at least 1.')
}
