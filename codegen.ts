/** Generates the console's typed operations from schema.graphql and the documents in web/src. */
import { createHash } from 'node:crypto'
import type { Configuration } from './web/codegen/generate.ts'

/** Names a document of the console. Half of a hash is enough to tell them apart, and hashes do not compress. */
const hashAlgorithm = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32)

export default {
  schema: 'schema.graphql',
  documents: ['web/src/**/*.{ts,svelte}', '!web/src/lib/gql/**'],
  generates: {
    'web/src/lib/gql/': {
      preset: 'client',
      // The console sends the hash of a document instead of its text.
      presetConfig: { fragmentMasking: false, persistedDocuments: { hashAlgorithm } },
      config: {
        documentMode: 'string',
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: {
          EntityIdentifier: 'string',
          URL: 'string',
          DateTime: 'string',
          JWT: 'string',
          JSON: 'unknown',
          // The server validates the input of forms; its output has this shape.
          JWKS: { input: 'unknown', output: '{ keys: Record<string, unknown>[] }' },
        },
      },
    },
  },
  importExtension: '.ts',
  emitLegacyCommonJSImports: false,
} satisfies Configuration
