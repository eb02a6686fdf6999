/**
 * Generates the database client and the types for Pothos from schema.prisma, as `prisma generate` does. That command
 * would bring 150 MB that nothing here uses.
 */
import { createRequire } from 'node:module'
import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

// Node cannot load the modules of these packages as ECMAScript modules.
const require = createRequire(import.meta.url)
const { getGenerators, loadSchemaContext }: typeof import('@prisma/internals') = require('@prisma/internals')
const { PrismaClientTsGenerator }: typeof import('@prisma/client-generator-ts') =
  require('@prisma/client-generator-ts')

// The generator of Pothos is a command.
process.env.PATH = [path('../node_modules/.bin'), process.env.PATH].join(delimiter)
const schemaContext = await loadSchemaContext({
  schemaPath: { cliProvidedPath: path('schema.prisma') },
  printLoadMessage: false,
})
const generators = await getGenerators({
  schemaContext,
  registry: { 'prisma-client': { type: 'in-process', generator: new PrismaClientTsGenerator() } },
  skipDownload: true,
  cliCommand: 'generate',
})
for (const generator of generators) {
  await generator.generate()
  generator.stop()
}
