/** The example repository of a federation as code, with the lines of its CI as a shell runs them. */
import { chmod, cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { parse } from 'yaml'
import { folderInTest, inTest } from '#test/helpers/in-file.ts'
import { type Installation, inmor } from '#test/helpers/product.ts'
import { runCommand } from '#test/helpers/program.ts'
import { startCommandServer } from '../docs/command-server.ts'
import { root } from '../docs/document.ts'

type Workflow = { jobs: Record<'plan' | 'apply', { env: object; steps: { run?: string }[] }> }

/** A copy with this member. This process executes what its `inmor` gets, instead of the image; nothing else differs. */
export async function copyRepository(installation: Installation, entityId: string) {
  const folder = await folderInTest('inmor-repository')
  await cp(root('docs/examples/federation-as-code'), folder, { recursive: true })
  const members = join(folder, 'federation/members.yaml')
  await writeFile(members, (await readFile(members, 'utf8')).replaceAll('https://rp.example.org', entityId))
  const program = join(folder, 'inmor')
  const commands = await inTest(startCommandServer(join(folder, 'commands.sock')))
  await writeFile(program, `#!/bin/sh\nexec ${commands.command} "$@"\n`)
  await chmod(program, 0o755)
  const workflow: Workflow = parse(await readFile(join(folder, '.github/workflows/federation.yaml'), 'utf8'))
  const keys = { plan: await keyOf(installation, 'viewer'), apply: await keyOf(installation, 'admin') }

  return {
    /** The lines of a job that call `inmor`, with the key that its job has. */
    async ci(job: 'plan' | 'apply') {
      const lines = workflow.jobs[job].steps.flatMap(({ run = '' }) => (run.includes('./inmor') ? [run] : []))
      expect(lines).not.toEqual([])
      const environment = {
        ...{ INMOR_URL: installation.adminUrl, INMOR_KEY: keys[job], GITHUB_SHA: 'c0ffee' },
        ...commands.environment,
      }
      const shell = runCommand('sh', ['-ec', `cd '${folder}'\n${lines.join('\n')}`], { environment })
      const before = process.cwd()
      process.chdir(folder)
      const { code } = await shell.ended.finally(() => process.chdir(before))
      return { code, stdout: shell.stdout(), stderr: shell.stderr() }
    },
    /** The comment of the pull request. */
    comment: () => readFile(join(folder, 'plan.md'), 'utf8'),
    /** As a commit that deletes the file. */
    removeMembers: () => rm(members),
  }
}

async function keyOf(installation: Installation, role: string): Promise<string> {
  const args = ['apikey', 'create', '--username=admin', `--name=ci-${role}`, `--role=${role}`, '--only=key']
  const { code, stdout, stderr } = await inmor(installation, args)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout.trim()
}
