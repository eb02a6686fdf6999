/** Metadata policy: structure, operators, merging and application (§6.1). */
import { type Chapter, must, notOurs, testsIn } from './requirement.ts'

const operators = testsIn('core/metadata-policy/operators')
const parse = testsIn('core/metadata-policy/parse')
const merge = testsIn('core/metadata-policy/merge')
const apply = testsIn('core/metadata-policy/apply')
const worked = testsIn('core/metadata-policy/worked-case')
const vectors = testsIn('core/metadata-policy/vectors')
const resolve = testsIn('core/trust-chain/resolve-metadata')
const example = testsIn('core/trust-chain/worked-example')
const chain = testsIn('core/trust-chain/validate')
const statement = testsIn('core/entity-statement/parse')
const json = testsIn('core/json')
const endpoint = testsIn('federation/resolver/resolve')

const APPLIED = '%j makes of %j: %j'
const MERGED = '%s: %j and %j make %j'
const WORKED = '%j above %j makes of %j: %j'

export const metadataPolicy: Chapter = {
  title: 'Metadata policy (§6.1)',
  requirements: [
    must(
      '6.1.1',
      'A policy error makes the whole Trust Chain invalid.',
      resolve('refuses policies that contradict each other'),
      chain('refuses %s as invalid metadata', 'a malformed policy'),
      endpoint('metadata that the policy does not allow'),
    ),
    must(
      '6.1.1',
      'A Subordinate cannot repeal or loosen what a Superior has set.',
      merge('a subordinate never loosens what its superior allows'),
    ),
    must(
      '6.1.2',
      'A policy is an object of Entity Types, of parameters, of operators.',
      parse('refuses %s', 'no object', 'an Entity Type that is no object', 'a parameter that is no object'),
    ),
    must(
      '6.1.2',
      'No name stands twice at any of the three levels.',
      json('refuses %s (§6.1.2)', 'a name twice', 'a name twice further down'),
    ),
    must(
      '6.1.2',
      'A parameter with a language tag means that tagged parameter alone.',
      apply('means a parameter with its language tag only (§6.1.2)'),
    ),
    must(
      '6.1.3',
      'Operator names are case-sensitive.',
      parse('takes operator names case-sensitively (§6.1.3): Add is unknown, and ignored'),
    ),
    must(
      '6.1.3',
      'An operator refuses operator values of a JSON type that it does not support.',
      parse('%s refuses %j', 'add', 'default', 'one_of', 'subset_of', 'superset_of', 'essential'),
      parse('%s accepts %j', 'value', 'default', 'add'),
    ),
    must(
      '6.1.3',
      'An operator refuses a parameter of a JSON type that it does not support.',
      operators(APPLIED),
      operators('%s refuses a parameter that is null'),
    ),
    must(
      '6.1.3',
      'No operator makes a parameter null.',
      apply('removes a parameter, and leaves no member behind'),
    ),
    must('6.1.3', 'Operators that cannot be combined in one parameter are refused.', parse('%j: %s')),
    must(
      '6.1.3.1',
      'Operators are applied in the order value, add, default, one_of, subset_of, superset_of, essential.',
      operators('are applied in the order of the text'),
      operators(APPLIED),
    ),
    must(
      '6.1.3.1.1-7',
      'Each standard operator acts on strings, numbers, booleans and arrays as the text says.',
      operators(APPLIED),
      vectors('$n: $combination'),
    ),
    must(
      '6.1.3.1.1-7',
      'Two values of one operator merge as the text says, or fail.',
      operators(MERGED),
      worked(WORKED),
      vectors('$n: $combination'),
    ),
    must(
      '6.1.3.1.5',
      'What subset_of leaves may be empty; the parameter stays, and is present.',
      operators(APPLIED),
      worked(WORKED),
    ),
    must(
      '6.1.3.1.8',
      'scope of an OAuth client is to the operators an array of its space-separated values.',
      apply('%j makes of %j: %j'),
      apply('%j refuses %j'),
      apply('is not split for other parameters and Entity Types'),
    ),
    must(
      '6.1.3.2',
      'Critical operators are collected over the whole chain, and none may be unknown.',
      parse('refuse the policy even where nothing uses them'),
      chain('refuses %s as invalid metadata', 'a critical operator'),
    ),
    must(
      '6.1.3.2',
      'metadata_policy_crit names no standard operator.',
      statement('refuses in a Subordinate Statement %s', 'step 18: a standard operator'),
    ),
    must(
      '6.1.3.2',
      'Unknown operators that nobody made critical are ignored.',
      parse('that nobody made critical are ignored'),
      example('resolves to what the rules say'),
    ),
    notOurs(
      '6.1.3.2',
      'An additional operator defines its types, combinations, order and merging.',
      'No operator beyond the standard ones is supported.',
    ),
    must(
      '6.1.4.1',
      'Policies are merged from the Trust Anchor down to the Immediate Superior.',
      resolve('merges policies from the Trust Anchor down'),
      merge('merges three levels'),
    ),
    must(
      '6.1.4.1',
      'Each policy is validated, the only one too.',
      merge('validates a policy that is the only one'),
    ),
    must(
      '6.1.4.1',
      'What one level alone has is copied; combinations are checked again after each merge.',
      merge('copies what one policy alone has, at every level'),
      merge('checks combinations after the merge: %s', 'superset_of above subset_of', 'add above subset_of'),
    ),
    must(
      '6.1.4.2',
      "The Immediate Superior's metadata is laid on before policy is applied.",
      resolve('lays that metadata on before it applies policy'),
    ),
    must(
      '6.1.4.2',
      'Policy is applied to absent parameters too, and to Entity Types of the subject only.',
      apply('runs for parameters that are absent, and leaves the others alone'),
      apply('creates no Entity Type'),
    ),
    must(
      '6.1.4.2',
      'Metadata that breaks the policy, or is incorrect after it, is not used.',
      example('breaks where the provider lacks what the Trust Anchor demands'),
      resolve('refuses the issuer of another, also where a Superior states it (§5.1.3)'),
    ),
  ],
}
