/** What the specification demands of us, in our own words, and the tests that show that we do it. */

/** A test by its title. `rows` are the labels of those rows of its table that show the point. */
export type Evidence = { file: string; title: string; rows: readonly string[] }

export type Requirement = {
  /** Of OpenID Federation 1.0, or the name of a draft. */
  section: string
  requirement: string
  by: readonly Evidence[]
  /** Why it concerns others: it needs no test then. */
  notOurs?: string
}

export type Chapter = { title: string; requirements: readonly Requirement[] }

/** Tests of one file, to be named by title and, where a table drives them, by row. */
export function testsIn(file: string): (title: string, ...rows: string[]) => Evidence {
  return (title, ...rows) => ({ file: `test/${file}.test.ts`, title, rows })
}

export function must(section: string, requirement: string, ...by: Evidence[]): Requirement {
  return { section, requirement, by }
}

export function notOurs(section: string, requirement: string, reason: string): Requirement {
  return { section, requirement, by: [], notOurs: reason }
}
