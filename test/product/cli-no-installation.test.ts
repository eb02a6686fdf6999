/** Tests every command where there is no installation, nor a backup: it fails with a sentence, and makes none. */
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { expect, onTestFinished, test } from 'vitest'
import { loadProgram } from '#server/cli/program.ts'
import { inmor } from '#test/helpers/product.ts'

/** The words of each command, with a value for everything that it needs. */
function callsOf(command: Command, path: readonly string[] = []): string[][] {
  if (command.commands.length > 0)
    return command.commands.flatMap((each) => callsOf(each, [...path, each.name()]))
  const values = command.registeredArguments.filter(({ required }) => required).map(() => '1')
  const options = command.options
    .filter(({ mandatory }) => mandatory)
    .flatMap(({ long, argChoices }) => [String(long), argChoices?.[0] ?? '1'])
  return [[...path, ...values, ...options]]
}

const calls = callsOf(await loadProgram())

test('every command is called', () => {
  expect(calls.length).toBeGreaterThan(50)
})

test.each(calls.map((words) => [words.join(' '), words] as const))('%s', async (_line, words) => {
  const folder = await mkdtemp(join(tmpdir(), 'inmor-none-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const dataDirectory = join(folder, 'data')
  const { code, stdout, stderr } = await inmor({ environment: { DATA_DIR: dataDirectory } }, words)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr.trimEnd()).toMatch(/^\S.*[.:]/)
  expect(existsSync(dataDirectory), stderr).toBe(false)
  expect(await readdir(folder)).toEqual([])
})
