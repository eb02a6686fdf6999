/** What takes an object out of service: the fields, each with the value that does so. */
export const withdrawing: Readonly<Record<string, unknown>> = { active: false, paused: true }

/** Whether the fields, by their new values, take an object out of service or back into it; undefined: neither. */
export function withdrawalIn(changed: Readonly<Record<string, unknown>>): boolean | undefined {
  const name = Object.keys(withdrawing).find((each) => each in changed)
  return name === undefined ? undefined : changed[name] === withdrawing[name]
}
