/** A configuration that cannot work: one sentence for each fault, a line each. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}
