/** `inmor audit`: is the log what it was; and out with it, to a file or for good. */
import { once } from 'node:events'
import { Command, InvalidArgumentError } from 'commander'
import { ConfigurationError } from '#federation/config/error.ts'
import type { Prisma } from '#prisma/generated/client/client.ts'
import { command, print, withInstallation } from '#server/cli/output.ts'
import type { Database } from '#server/database/client.ts'
import { pruneAuditEvents } from '#server/services/audit/retention.ts'
import { verifyAuditLog } from '#server/services/audit/verification.ts'

/** Entries read at a time. */
const PAGE = 1000

function parseTime(value: string): Date {
  const time = new Date(value)
  if (!Number.isNaN(time.getTime())) return time
  throw new InvalidArgumentError('It must be a date or a time, such as 2026-01-31 or 2026-01-31T12:00:00Z.')
}

const verify = command('verify', 'checks that no entry was altered, removed or put in').action(
  async (options) => {
    const { fault, ...rest } = await withInstallation(({ db }) => verifyAuditLog(db))
    if (fault) throw new ConfigurationError(`${fault} The ${rest.checked} entries before are as written.`)
    const pruned = rest.pruned > 0 ? ` ${rest.pruned} older ones were removed by the retention.` : ''
    print(
      options,
      rest,
      `${rest.checked} entries, all as they were written.${pruned}\nLast hash: ${rest.hash}`,
    )
  },
)

const prune = command('prune', 'removes old entries; what is kept can still be verified')
  .requiredOption('--before <time>', 'entries from before this time', parseTime)
  .action(async (options: { before: Date; json?: boolean }) => {
    const removed = await withInstallation(({ db, caller }) => pruneAuditEvents(db, options.before, caller), {
      attempt: { action: 'pruneAuditLog' },
    })
    print(options, { removed }, `Removed ${removed} entries from before ${options.before.toISOString()}.`)
  })

const exportEntries = new Command('export')
  .description('writes the entries to standard output, the oldest first, each as a line of JSON')
  .option('--since <time>', 'entries from this time on', parseTime)
  .option('--before <time>', 'entries from before this time', parseTime)
  .action(async ({ since, before }: { since?: Date; before?: Date }) => {
    const at = { ...(since ? { gte: since } : {}), ...(before ? { lt: before } : {}) }
    await withInstallation(({ db }) => writeEntries(db, { at }))
  })

async function writeEntries(db: Database, where: Prisma.AuditEventWhereInput): Promise<void> {
  for (let after = 0; ; ) {
    const page = await db.auditEvent.findMany({
      where: { ...where, id: { gt: after } },
      orderBy: { id: 'asc' },
      take: PAGE,
    })
    for (const event of page) {
      if (!process.stdout.write(`${JSON.stringify(event)}\n`)) await once(process.stdout, 'drain')
    }
    const last = page.at(-1)
    if (!last) return
    after = last.id
  }
}

export const auditCommand = new Command('audit')
  .description('looks after the audit log')
  .addCommand(verify)
  .addCommand(prune)
  .addCommand(exportEntries)
