/** Parses, merges, applies and explains metadata policies (§6.1). */
export { applyMetadataPolicy, type PolicyStep, prepareMetadataPolicy } from './apply.ts'
export {
  type ExplainedStep,
  explainMetadataPolicy,
  type PolicyExplanation,
  type PolicyFinding,
} from './explain.ts'
export { mergeMetadataPolicies } from './merge.ts'
export { operators } from './operators.ts'
export {
  findUnknownOperators,
  type MetadataPolicy,
  type ParameterPolicy,
  parseMetadataPolicy,
  parseMetadataPolicyCrit,
} from './parse.ts'
