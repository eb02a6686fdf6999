/** `inmor audit`: verifies, exports and prunes the audit log. */
import { once } from 'node:events'
import { Command, InvalidArgumentError } from 'commander'
import { ConfigurationError } from '#federation/config/error.ts'
import type { Prisma } from '#prisma/generated/client/client.ts'
import { plural } from '#server/alerts/alert.ts'
import { type AnchorOptions, aboutAnchor, withAnchor, withInstallation } from '#server/cli/opened.ts'
import { command, print } from '#server/cli/output.ts'
import { parseTime } from '#server/cli/parse.ts'
import type { Database } from '#server/database/client.ts'
import type { Installation } from '#server/process/installation.ts'
import { nameInEnvironment } from '#server/process/open-anchor.ts'
import type { VerifiedApproval } from '#server/services/audit/approvals.ts'
import { pruneAuditEvents } from '#server/services/audit/retention.ts'
import { type KeptEntry, verifyAuditLog } from '#server/services/audit/verification.ts'

/** Entries read at a time. */
const PAGE = 1000

const verify = command(
  'verify',
  'check that no entry was changed, removed or inserted, each approval, and that each protected change has one',
)
  .option('--approvals', 'list who approved what, with which passkey')
  .option(
    '--against <entry>',
    'also compare with an entry that was kept elsewhere, as <number>:<hash>',
    parseEntry,
  )
  .action(async (options: { approvals?: true; against?: KeptEntry; json?: boolean }) => {
    const { fault, ...rest } = await withInstallation(({ db }) => verifyAuditLog(db, options.against))
    if (fault) throw new ConfigurationError(`${fault} The ${rest.checked} entries before it are intact.`)
    const pruned = rest.pruned > 0 ? ` Retention removed ${rest.pruned} older entries.` : ''
    const count = rest.approvals.length
    const signed = count > 0 ? ` ${plural(count, 'approval')}, each signed by a second person.` : ''
    const lines = [
      `${rest.checked} entries, all intact.${pruned}${signed}`,
      ...(options.approvals ? rest.approvals.map(inWords) : []),
      ...(options.against ? [`Entry ${options.against.id} is the one that was kept.`] : []),
      `Last entry: ${rest.lastId}:${rest.hash}`,
    ]
    print(options, rest, lines.join('\n'))
  })

/** From a mail, a webhook or an earlier verification. */
function parseEntry(value: string): KeptEntry {
  const [, id, hash] = /^(\d{1,9}):([0-9a-f]{64})$/.exec(value) ?? []
  if (id !== undefined && hash !== undefined) return { id: Number(id), hash }
  throw new InvalidArgumentError('Enter the number and the hash, such as 120:9f86….')
}

function inWords(approval: VerifiedApproval): string {
  const { id, mutation, requestedBy, approvedBy, at, credentialId, registeredAt, confirmedBy } = approval
  const registered = registeredAt
    ? `known since ${registeredAt.toISOString()}`
    : 'known since before the first entry that is kept'
  const confirmed = confirmedBy ? ` and confirmed by ${confirmedBy}` : ''
  return `Approval ${id}, ${mutation}: asked for by ${requestedBy}, approved by ${approvedBy} at ${at.toISOString()} with the passkey ${credentialId}, ${registered}${confirmed}.`
}

const prune = command('prune', 'remove old entries; the remaining ones stay verifiable')
  .requiredOption('--before <time>', 'entries before this time', parseTime)
  .action(async (options: { before: Date; json?: boolean }) => {
    const removed = await withInstallation(({ db, caller }) => pruneAuditEvents(db, options.before, caller), {
      attempt: { action: 'pruneAuditLog' },
    })
    print(options, { removed }, `Removed ${removed} entries before ${options.before.toISOString()}.`)
  })

type ExportOptions = AnchorOptions & { since?: Date; before?: Date }

const exportEntries = aboutAnchor(new Command('export'))
  .description(
    'write the entries of all anchors, or of one, to standard output, oldest first, one JSON object per line',
  )
  .option('--since <time>', 'entries since this time', parseTime)
  .option('--before <time>', 'entries before this time', parseTime)
  .action(async ({ since, before, anchor = nameInEnvironment() }: ExportOptions) => {
    const at = { ...(since ? { gte: since } : {}), ...(before ? { lt: before } : {}) }
    const write = ({ db }: Installation) => writeEntries(db, { at })
    await (anchor === undefined ? withInstallation(write) : withAnchor({ anchor }, write))
  })

/** Entries do not name the anchor of an installation that has one only. */
async function writeEntries(db: Database, where: Prisma.AuditEventWhereInput): Promise<void> {
  const hasSeveral = (await db.anchor.count()) > 1
  for (let after = 0; ; ) {
    const page = await db.auditEvent.findMany({
      where: { ...where, id: { gt: after } },
      orderBy: { id: 'asc' },
      take: PAGE,
    })
    for (const { anchor, ...event } of page) {
      const entry = hasSeveral || anchor !== null ? { ...event, anchor } : event
      if (!process.stdout.write(`${JSON.stringify(entry)}\n`)) await once(process.stdout, 'drain')
    }
    const last = page.at(-1)
    if (!last) return
    after = last.id
  }
}

export const auditCommand = new Command('audit')
  .addCommand(verify)
  .addCommand(prune)
  .addCommand(exportEntries)
