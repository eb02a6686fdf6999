/** Collects what is wrong with a source, so that an operator sees more than the first fault. */
import { FederationError } from '#core/errors.ts'
import { ConfigurationError } from '#federation/config/error.ts'
import { FetchError } from '#fetcher/fetch-error.ts'

/** Faults after which a conversion ends, and with `isPartial` those one after the other. */
const MOST = { whole: 10, partial: 100 }

export type Failures = {
  /** Runs `work`. Its fault is kept with `about` before it, and the result is undefined. */
  attempt<Result>(about: string, work: () => Promise<Result> | Result): Promise<Result | undefined>
  add(sentence: string): void
  /** The sentences, in their order. @throws BadSourceError if there are any, without `isPartial` */
  end(): string[]
}

export function createFailures({ isPartial }: { isPartial: boolean }): Failures {
  const sentences: string[] = []
  let inRow = 0

  function add(sentence: string): void {
    sentences.push(sentence)
    inRow += 1
    if (inRow >= (isPartial ? MOST.partial : MOST.whole)) throw refuse()
  }
  const refuse = () => {
    const advice = isPartial
      ? 'Too much of the source cannot be read. Nothing is written:'
      : 'The source is incomplete. Nothing is written. To leave out what cannot be read, use --partial:'
    return new BadSourceError([advice, ...sentences.toSorted()].join('\n'))
  }

  return {
    add,
    async attempt(about, work) {
      try {
        const result = await work()
        inRow = 0
        return result
      } catch (error) {
        const sentence = sentenceOf(error)
        if (sentence === null) throw error
        add(error instanceof FetchError ? sentence : `${about}: ${sentence}`)
        return undefined
      }
    },
    end() {
      if (sentences.length > 0 && !isPartial) throw refuse()
      return sentences.toSorted()
    },
  }
}

/** Null: a fault of this program. */
function sentenceOf(error: unknown): string | null {
  const isOfSource = error instanceof FetchError || error instanceof FederationError
  return isOfSource ? error.message : null
}

/** A source cannot be converted as it is: one sentence for each fault, a line each. */
export class BadSourceError extends Error {
  override readonly name = 'BadSourceError'
}

/** Line and column, both from 1. */
export type Place = { line: number; column: number }

export class SourceError extends ConfigurationError {
  constructor(source: string, { line, column }: Place, sentence: string) {
    super(`${source}:${line}:${column}: ${sentence}`)
  }
}

/** Refuses the source at the place that is being read. @throws SourceError */
export type Refuse = (sentence: string) => never
