/** Tests that commands.test.ts or another test covers each command in the documents. */

import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { inmor } from '#test/helpers/product.ts'
import { startCommands } from '#test/points.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { type Block, blocksOf, documents, engine, engineForms, played, root, shellOf } from './document.ts'

/** Of README.md: what starts the product stands in a block that is not run as a whole; other tests prove it. */
const starts: string[] = [...Object.values(startCommands), 'npm test']

/** The tests of key stores install with them. */
const installs = ['pkcs11js', 'client-kms'].map(
  (folder) => `npm ci --prefix federation/key-store/packages/${folder}`,
)

/** Other content of a fence, and its check. */
const others: Readonly<Record<string, (block: Block) => unknown>> = {
  mermaid: ({ content }) => expect(content).toMatch(/^(flowchart|sequenceDiagram)/),
  yaml: ({ content }) => expect(parse(content)).toEqual(expect.any(Object)),
}

test.each(await documents())('every block of %s is run or checked', async (document) => {
  for (const block of await blocksOf(document)) {
    const { language, content } = block
    if (language === 'sh') expect(played).toContain(document)
    else if (others[language]) others[language](block)
    else {
      const commands = content.split('\n').map((line) => line.split('#')[0]?.trim() ?? '')
      const own = commands.filter((line) =>
        /^(\$ |npm |npx |node |curl |docker |sudo |inmor |sh )/.test(line),
      )
      for (const command of own) expect([...starts, ...installs]).toContain(command)
    }
  }
})

test('a line that needs a Docker engine or root has a known form', async () => {
  for (const document of played) {
    for (const [line] of (await shellOf(document)).matchAll(engine)) {
      expect(
        engineForms.filter(([form]) => form.test(line)),
        `${document}: ${line}`,
      ).toHaveLength(1)
    }
  }
})

test('a command in the running text exists', async () => {
  const { code, stdout } = await inmor({ environment: {} }, ['--help'])
  expect(code).toBe(0)
  const scripts = Object.keys(packageJson.scripts)
  for (const document of await documents()) {
    const whole = await readFile(root(document), 'utf8')
    const text = whole.replace(/^```.*?^```$|^### Removed$.*?(?=^##)/gms, '')
    for (const [, command = ''] of text.matchAll(/`((?:npm|npx|inmor) [^`]+)`/g)) {
      const [program, ...words] = command.split(' ')
      const isSecond = program === 'npx' || (program === 'npm' && words[0] === 'run')
      const name = words[isSecond ? 1 : 0] ?? ''
      if (program === 'npm') expect(scripts, `${document}: ${command}`).toContain(name)
      else expect(stdout, `${document}: ${command}`).toMatch(RegExp(`^ +${name}\\b`, 'm'))
    }
  }
})
