/** Names of enum values for names in code: `registerSubordinate` is `REGISTER_SUBORDINATE`. */
export const enumName = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()

/** The values of an enum whose names in code are the keys. */
export const enumValues = <Name extends string>(describe: Readonly<Record<Name, string>>) =>
  Object.fromEntries(
    Object.entries<string>(describe).map(([name, description]) => [
      enumName(name),
      { value: name as Name, description }, // a key of the record
    ]),
  )
