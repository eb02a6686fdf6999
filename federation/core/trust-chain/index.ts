/** Collects, validates and resolves Trust Chains (§4, §10). */
export { checkConstraints } from './check-constraints.ts'
export {
  type CollectedChains,
  type CollectFailure,
  type CollectLimits,
  type CollectOptions,
  collectTrustChains,
} from './collect.ts'
export { checkEntityLimits, entityLimits, findExceededLimits } from './limits.ts'
export { type Candidate, type ResolvedEntity, type ResolveOptions, resolveEntity } from './resolve.ts'
export { prepareResolution, resolveMetadata } from './resolve-metadata.ts'
export { createStatementReader, type SourceOptions, type StatementSource } from './source.ts'
export { type TrustChain, type ValidateOptions, validateTrustChain } from './validate.ts'
