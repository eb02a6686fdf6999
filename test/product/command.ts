/** Runs commands on the installation of an admin server under test. */
import { expect } from 'vitest'
import type { TestAdmin } from '#test/helpers/admin.ts'
import { executeHere } from '#test/helpers/execution.ts'
import type { Answer } from '#test/helpers/product.ts'

/** `variables` are added to those of the server. A program of its own would take a second to start for each command. */
export function runFor(
  { config }: Pick<TestAdmin, 'config'>,
  args: readonly string[],
  variables: Record<string, string> = {},
  input = '',
): Promise<Answer> {
  const { entityId, databaseUrl, redisUrl, keysDirectory, authSecret, adminUrl } = config
  const environment = {
    ...{ TA_DOMAIN: entityId, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, KEYS_DIR: keysDirectory },
    ...{ AUTH_SECRET: authSecret, ADMIN_URL: adminUrl, ALLOW_HTTP: 'true', ...variables },
  }
  return executeHere(args, environment, input)
}

/** Commands on one installation. */
export function commandsFor(admin: TestAdmin) {
  /** The output of a command that must succeed. */
  async function succeed(args: readonly string[], input?: string): Promise<string> {
    const { code, stdout, stderr } = await runFor(admin, args, {}, input)
    expect({ code, stderr }, args.join(' ')).toEqual({ code: 0, stderr: '' })
    return stdout
  }

  return {
    run: (args: readonly string[]) => runFor(admin, args),
    succeed,
    /** The same with `--json`, parsed. */
    json: async (args: readonly string[], input?: string) =>
      JSON.parse(await succeed([...args, '--json'], input)),
    /** The sentence of a command that must fail. */
    async fail(args: readonly string[], input?: string): Promise<string> {
      const { code, stdout, stderr } = await runFor(admin, args, {}, input)
      expect({ code, stdout }, args.join(' ')).toEqual({ code: 1, stdout: '' })
      return stderr
    },
    /** The newest entries of the audit log, the newest first. */
    entries: (take = 1) => admin.server.installation.auditEvent.findMany({ orderBy: { id: 'desc' }, take }),
  }
}
