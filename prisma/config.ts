/** Configuration of Prisma's command line (passed with --config). */
import { defineConfig } from 'prisma/config'

// `generate`, `validate` and `format` do not run the native schema engine, yet the command line
// downloads it unless a binary is named; migrations go through the WebAssembly engine (migrate.ts).
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath

export default defineConfig({ schema: 'schema.prisma', migrations: { path: 'migrations' } })
