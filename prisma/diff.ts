/**
 * Prints the SQL of a new migration, from an earlier data model to schema.prisma:
 * `git show HEAD:prisma/schema.prisma | npm run --silent db:diff > prisma/migrations/<time>_<name>/migration.sql`.
 * An empty input means an empty database.
 */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import { SchemaEngine } from '@prisma/schema-engine-wasm'

async function diff(from: string, to: string, databaseUrl: string): Promise<string> {
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: databaseUrl }))
  const engine = await SchemaEngine.new({ datamodels: undefined }, () => undefined, adapter)
  const model = (content: string) => ({
    tag: 'schemaDatamodel' as const,
    files: [{ path: 'schema.prisma', content }],
  })
  const result = await engine.diff({
    from: from.trim() ? model(from) : { tag: 'empty' },
    to: model(to),
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  })
  return result.stdout ?? ''
}

// The engine requires a database connection, even to compare two data models.
const server = new PGLiteSocketServer({ db: await PGlite.create(), host: '127.0.0.1', port: 0 })
await server.start()
const url = `postgresql://postgres:postgres@${server.getServerConn()}/postgres?sslmode=disable`
const current = await readFile(new URL('schema.prisma', import.meta.url), 'utf8')
process.stdout.write(await diff(await text(process.stdin), current, url), () => process.exit(0))
