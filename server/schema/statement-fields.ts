/** What an operator may say about a subordinate in our statement: at registration, in an update and in a preview. */
import type { builder } from '#server/schema/builder.ts'

type InputFields = Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0]

export function statementFields(t: InputFields) {
  return {
    forcedMetadata: t.field({
      type: 'JSON',
      description: 'Metadata that the statement sets in place of the declared one (section 3.1.1).',
    }),
    metadataPolicy: t.field({ type: 'JSON', description: 'Policy for it and all below it (section 6.1).' }),
    constraints: t.field({ type: 'JSON', description: 'Constraints on it and all below it (section 6.2).' }),
    requiredTrustMarks: t.field({
      type: ['URL'],
      description: 'Trust Mark Types it must hold to be registered and renewed.',
    }),
    validFor: t.int({
      description: 'Hours for which a statement is valid, not above the federation’s maximum.',
    }),
    additionalClaims: t.field({
      type: 'JSON',
      description: 'Further claims of the statement; protected names are refused.',
    }),
  }
}
