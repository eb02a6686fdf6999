/** `inmor migrate`: applies pending database migrations. */
import { migrate } from '#prisma/migrate.ts'
import { withInstallation } from '#server/cli/opened.ts'
import { command, print } from '#server/cli/output.ts'

export const migrateCommand = command('migrate').action(async (options) => {
  const applied = await withInstallation(async ({ applied, config }) => [
    ...applied,
    ...(await migrate(config.databaseUrl)),
  ])
  const lines = [...applied.map((name) => `Applied ${name}`), `${applied.length} migrations applied.`]
  print(options, { applied }, lines.join('\n'))
})
