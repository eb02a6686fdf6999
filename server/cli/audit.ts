/** `inmor audit`: is the log what it was? */
import { Command } from 'commander'
import { command, print, withInstallation } from '#server/cli/output.ts'
import { ConfigurationError } from '#server/env.ts'
import { verifyAuditLog } from '#server/services/audit.ts'

const verify = command('verify', 'checks that no entry was altered, removed or put in').action(
  async (options) => {
    const { checked, brokenAt } = await withInstallation(({ db }) => verifyAuditLog(db))
    if (brokenAt !== null) {
      throw new ConfigurationError(
        `The audit log is broken at entry ${brokenAt}: it is not what was written after entry ${checked}.`,
      )
    }
    print(options, { checked }, `${checked} entries, all as they were written.`)
  },
)

export const auditCommand = new Command('audit').description('looks after the audit log').addCommand(verify)
