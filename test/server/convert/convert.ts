/** Runs `inmor convert` where there is neither a database nor Redis. */
import { expect } from 'vitest'
import type { FileDocument } from '#server/as-code/document.ts'
import { executeHere } from '#test/helpers/execution.ts'

export const convert = (...args: string[]) => executeHere(['convert', ...args, '--allow-http'], {}, '')

/** The document of a conversion that succeeds, and what it says on standard error. */
export async function convertToJson(...args: string[]): Promise<{ document: FileDocument; notes: string }> {
  const { code, stdout, stderr } = await convert(...args, '--json')
  expect(code, stderr).toBe(0)
  return { document: JSON.parse(stdout), notes: stderr }
}

/** The sentence of a conversion that fails and prints nothing else. */
export async function refusalOf(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await convert(...args)
  expect({ code, stdout }, stderr).toEqual({ code: 1, stdout: '' })
  return stderr
}
