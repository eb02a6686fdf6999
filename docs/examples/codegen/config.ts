/** Writes the typed operations of the examples: `npm run examples`. */

export default {
  schema: 'schema.graphql',
  documents: ['docs/examples/documents/*.graphql'],
  generates: {
    'docs/examples/typescript/operations.ts': {
      plugins: ['./docs/examples/codegen/typescript.ts', 'typescript-operations'],
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: {
          EntityIdentifier: 'string',
          URL: 'string',
          DateTime: 'string',
          JWT: 'string',
          JSON: 'unknown',
          JWKS: 'unknown',
        },
      },
    },
    'docs/examples/python/operations.py': {
      documents: ['docs/examples/documents/{register-member,run-progress,start-renewal}.graphql'],
      plugins: ['./docs/examples/codegen/python.ts'],
    },
  },
  importExtension: '.ts' as const,
  emitLegacyCommonJSImports: false as const,
}
