/** The input fields of a Subordinate Statement, shared by registration, update and preview. */
import type { InputFields } from '#server/schema/operation.ts'

export function statementFields(t: InputFields) {
  return {
    forcedMetadata: t.field({
      type: 'JSON',
      description: 'Metadata in the statement that replaces the declared parameters (§3.1.1).',
    }),
    metadataPolicy: t.field({
      type: 'JSON',
      description: 'The metadata policy for it and all entities below it (§6.1).',
    }),
    constraints: t.field({
      type: 'JSON',
      description: 'The constraints for it and all entities below it (§6.2).',
    }),
    requiredTrustMarks: t.field({
      type: ['URL'],
      description: 'Types of the Trust Marks that it must hold to be registered and renewed.',
    }),
    validFor: t.int({
      description: 'The validity of the statement in hours, at most the federation’s maximum.',
    }),
    additionalClaims: t.field({
      type: 'JSON',
      description: 'Additional claims of the statement; protected names are refused.',
    }),
  }
}
