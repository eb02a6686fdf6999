/** Configuration of Prisma's command line (passed with --config). */
import { defineConfig } from 'prisma/config'

// The command line downloads the native schema engine unless a binary is named, although `generate` does not run it.
// Migrations use the WebAssembly engine (migrate.ts).
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath

export default defineConfig({ schema: 'schema.prisma', migrations: { path: 'migrations' } })
