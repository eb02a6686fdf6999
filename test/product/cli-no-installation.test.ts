/** Tests every command where there is no installation, nor a backup: it fails with a sentence, and makes none. */
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { rowsOf } from '#server/cli/api/table.ts'
import { loadProgram } from '#server/cli/program.ts'
import { folderInTest } from '#test/helpers/in-file.ts'
import { inmor } from '#test/helpers/product.ts'

/** The words of each command, with a value for everything that it needs. */
function callsOf(command: Command, path: readonly string[] = []): string[][] {
  if (command.commands.length > 0)
    return command.commands.flatMap((each) => callsOf(each, [...path, each.name()]))
  const isNeeded = ({ description }: { description: string }) => / Required\.$/.test(description)
  const isOfSchema = rowsOf(path[0] ?? '').some(({ describes }) => describes === command.description())
  const values = command.registeredArguments.filter(({ required }) => required || isOfSchema).map(() => '1')
  const options = command.options
    .filter((option) => option.mandatory || isNeeded(option))
    .flatMap(({ long, argChoices, flags }) => {
      const value = argChoices?.[0] ?? '1'
      return flags.includes('<') ? [String(long), value] : [String(long)]
    })
  return [[...path, ...values, ...options]]
}

/** Those that need an installation or a backup. */
const calls = callsOf(await loadProgram()).filter(([word]) => word !== 'completion')

test('every command is called', () => {
  expect(calls.length).toBeGreaterThan(50)
})

test.each(calls.map((words) => [words.join(' '), words] as const))('%s', async (_line, words) => {
  const folder = await folderInTest('inmor-none')
  const dataDirectory = join(folder, 'data')
  const { code, stdout, stderr } = await inmor({ environment: { DATA_DIR: dataDirectory } }, words)
  expect({ code, stdout }).toEqual({ code: expect.toBeOneOf([1, 2]), stdout: '' })
  expect(stderr.trimEnd()).toMatch(/^\S.*[.:]/)
  expect(existsSync(dataDirectory), stderr).toBe(false)
  expect(await readdir(folder)).toEqual([])
})
