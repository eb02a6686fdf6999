/** Places inside JSON values, from the outermost claim inwards; a number is an index of an array. */
export type Path = readonly (string | number)[]

/** As messages show it: `jwks.keys[1].kid`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? step : `${text}.${step}`
  }, '')
}
