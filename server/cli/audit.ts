/** `inmor audit`: verifies, exports and prunes the audit log. */
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
  throw new InvalidArgumentError('Enter a date or a time, such as 2026-01-31 or 2026-01-31T12:00:00Z.')
}

const verify = command('verify', 'check that no entry was changed, removed or inserted').action(
  async (options) => {
    const { fault, ...rest } = await withInstallation(({ db }) => verifyAuditLog(db))
    if (fault) throw new ConfigurationError(`${fault} The ${rest.checked} entries before it are intact.`)
    const pruned = rest.pruned > 0 ? ` Retention removed ${rest.pruned} older entries.` : ''
    print(options, rest, `${rest.checked} entries, all intact.${pruned}\nLast hash: ${rest.hash}`)
  },
)

const prune = command('prune', 'remove old entries; the remaining ones stay verifiable')
  .requiredOption('--before <time>', 'entries before this time', parseTime)
  .action(async (options: { before: Date; json?: boolean }) => {
    const removed = await withInstallation(({ db, caller }) => pruneAuditEvents(db, options.before, caller), {
      attempt: { action: 'pruneAuditLog' },
    })
    print(options, { removed }, `Removed ${removed} entries before ${options.before.toISOString()}.`)
  })

const exportEntries = new Command('export')
  .description('write the entries to standard output, oldest first, one JSON object per line')
  .option('--since <time>', 'entries since this time', parseTime)
  .option('--before <time>', 'entries before this time', parseTime)
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
  .description('verify, export and prune the audit log')
  .addCommand(verify)
  .addCommand(prune)
  .addCommand(exportEntries)
