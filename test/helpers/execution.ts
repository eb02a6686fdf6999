/** Executes commands in this process: with an environment, an input and outputs of their own, one after the other. */
import { Readable } from 'node:stream'
import { execute } from '#server/cli/execute.ts'
import type { Answer } from '#test/helpers/product.ts'

let last: Promise<unknown> = Promise.resolve()

/** The environment is only what is given, so that no variable of the test run leaks into the command. */
export function executeHere(
  words: readonly string[],
  environment: Record<string, string>,
  input: string,
): Promise<Answer> {
  const answer = last.then(() => executeAlone(words, environment, input))
  last = answer.catch(() => {})
  return answer
}

async function executeAlone(
  words: readonly string[],
  environment: Record<string, string>,
  input: string,
): Promise<Answer> {
  const { env, stdin, exitCode } = process
  const { write: writeOut } = process.stdout
  const { write: writeError } = process.stderr
  let [stdout, stderr] = ['', '']
  process.env = { ...(env.PATH ? { PATH: env.PATH } : {}), ...environment }
  process.exitCode = undefined
  setStdin(Readable.from(input === '' ? [] : [input]))
  process.stdout.write = (text) => {
    stdout += text
    return true
  }
  process.stderr.write = (text) => {
    stderr += text
    return true
  }
  try {
    const code = await execute(words)
    return { code, stdout, stderr }
  } finally {
    process.stdout.write = writeOut
    process.stderr.write = writeError
    setStdin(stdin)
    process.exitCode = exitCode
    process.env = env
  }
}

function setStdin(value: Readable): void {
  Object.defineProperty(process, 'stdin', { value, configurable: true })
}
