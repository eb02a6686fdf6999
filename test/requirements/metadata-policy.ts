/** Metadata policy: structure, operators, merging and application (§6.1). */
import { notOurs } from './requirement.ts'

export const metadataPolicy = {
  '6.1.1/error': 'A policy error makes the whole Trust Chain invalid.',
  '6.1.1/no-loosening': 'A Subordinate cannot repeal or loosen what a Superior has set.',
  '6.1.2/shape': 'A policy is an object of Entity Types, of parameters, of operators.',
  '6.1.2/unique-names': 'No name stands twice at any of the three levels.',
  '6.1.2/language-tag': 'A parameter with a language tag means that tagged parameter alone.',
  '6.1.3/case': 'Operator names are case-sensitive.',
  '6.1.3/operator-value-types':
    'An operator refuses operator values of a JSON type that it does not support.',
  '6.1.3/parameter-types': 'An operator refuses a parameter of a JSON type that it does not support.',
  '6.1.3/no-null': 'No operator makes a parameter null.',
  '6.1.3/combinations': 'Operators that cannot be combined in one parameter are refused.',
  '6.1.3.1/order':
    'Operators are applied in the order value, add, default, one_of, subset_of, superset_of, essential.',
  '6.1.3.1/operators':
    'Each standard operator acts on strings, numbers, booleans and arrays as the text says.',
  '6.1.3.1/merge': 'Two values of one operator merge as the text says, or fail.',
  '6.1.3.1.5/empty-subset': 'What subset_of leaves may be empty; the parameter stays, and is present.',
  '6.1.3.1.8/scope': 'scope of an OAuth client is to the operators an array of its space-separated values.',
  '6.1.3.2/critical': 'Critical operators are collected over the whole chain, and none may be unknown.',
  '6.1.3.2/no-standard-operator': 'metadata_policy_crit names no standard operator.',
  '6.1.3.2/unknown-ignored': 'Unknown operators that are not critical are ignored.',
  '6.1.3.2/additional-operator': notOurs(
    'An additional operator defines its types, combinations, order and merging.',
    'No operator beyond the standard ones is supported.',
  ),
  '6.1.4.1/top-down': 'Policies are merged from the Trust Anchor down to the Immediate Superior.',
  '6.1.4.1/validated': 'Each policy is validated, the only one too.',
  '6.1.4.1/copied': 'What one level alone has is copied; combinations are checked again after each merge.',
  '6.1.4.2/superior-metadata': "The Immediate Superior's metadata is laid on before policy is applied.",
  '6.1.4.2/absent-parameters':
    'Policy is applied to absent parameters too, and to Entity Types of the subject only.',
  '6.1.4.2/incorrect-metadata': 'Metadata that breaks the policy, or is incorrect after it, is not used.',
} as const
