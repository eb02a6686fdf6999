/** `inmor migrate`: brings the database up to date. */
import { migrate } from '#prisma/migrate.ts'
import { command, print, withInstallation } from '#server/cli/output.ts'

export const migrateCommand = command('migrate', 'brings the database up to date').action(async (options) => {
  const applied = await withInstallation(async (installation) => [
    ...installation.applied,
    ...(await migrate(installation.databaseUrl)),
  ])
  const lines = [...applied.map((name) => `Applied ${name}`), `${applied.length} migrations applied.`]
  print(options, { applied }, lines.join('\n'))
})
