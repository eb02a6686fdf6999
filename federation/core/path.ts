/** A path into a JSON value, from the outermost claim inwards. A number is an array index. */
export type Path = readonly (string | number)[]

/** Formats a path for messages: `jwks.keys[1].kid`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? step : `${text}.${step}`
  }, '')
}
