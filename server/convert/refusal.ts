/** Why a source cannot be converted: one sentence with its place, such as `edu.xml:12:5: …`. Nothing was written. */
import { ConfigurationError } from '#federation/config/error.ts'

/** Line and column, both from 1. */
export type Place = { line: number; column: number }

export class SourceError extends ConfigurationError {
  constructor(source: string, { line, column }: Place, sentence: string) {
    super(`${source}:${line}:${column}: ${sentence}`)
  }
}

/** Refuses the source at the place that is being read. @throws SourceError */
export type Refuse = (sentence: string) => never
