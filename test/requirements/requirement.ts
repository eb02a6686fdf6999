/** A requirement of the specification that concerns others, and why: it needs no test. */
export type NotOurs = { sentence: string; reason: string }

export function notOurs(sentence: string, reason: string): NotOurs {
  return { sentence, reason }
}
