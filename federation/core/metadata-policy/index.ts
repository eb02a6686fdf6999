/** Metadata policy (§6.1): reading, merging, applying and explaining it. */
export { applyMetadataPolicy, type PolicyStep } from './apply.ts'
export {
  type ExplainedStep,
  explainMetadataPolicy,
  type PolicyExplanation,
  type PolicyFinding,
} from './explain.ts'
export { mergeMetadataPolicies } from './merge.ts'
export { operators } from './operators.ts'
export {
  type MetadataPolicy,
  type ParameterPolicy,
  parseMetadataPolicy,
  parseMetadataPolicyCrit,
} from './parse.ts'
