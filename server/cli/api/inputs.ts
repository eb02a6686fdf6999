/** Reads whole inputs from a file, or from standard input: one JSON document, a list of them, or one on each line. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Data } from './api.ts'
import { exitCodes, Failure } from './failure.ts'

/** `-` is standard input. Lines are read as they are needed. @throws Failure that names the line */
export async function* readInputs(file: string): AsyncGenerator<Data> {
  const stream = file === '-' ? process.stdin : createReadStream(file)
  const failed = new Promise<never>((_resolve, reject) =>
    stream.once('error', (error: Error) =>
      reject(new Failure(`${file} cannot be read: ${error.message}.`, exitCodes.usage)),
    ),
  )
  failed.catch(() => {}) // it may come after the end
  const title = file === '-' ? 'Standard input' : file
  let number = 0
  let pending = ''
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })[
    Symbol.asyncIterator
  ]()
  for (;;) {
    const { done, value: line = '' } = await Promise.race([lines.next(), failed])
    if (done) break
    number += 1
    const text = pending + line
    if (text.trim() === '') continue
    const parsed = parse(text)
    // A document over several lines begins with one that is not complete.
    if (parsed === undefined) pending = `${text}\n`
    else {
      pending = ''
      yield* inputsIn(parsed, number)
    }
  }
  if (pending.trim() !== '')
    throw new Failure(`${title} is not JSON, nor has it JSON on each line.`, exitCodes.usage)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function inputsIn(value: unknown, line: number): Data[] {
  const inputs = Array.isArray(value) ? value : [value]
  const isEachObject = inputs.every(
    (each) => typeof each === 'object' && each !== null && !Array.isArray(each),
  )
  if (isEachObject) return inputs
  throw new Failure(`Line ${line} is not a JSON object.`, exitCodes.usage)
}
