/**
 * Builds the parts of the page "API" into a file of their own, which the page imports by its address. With one script for
 * the whole console, SvelteKit would put a dynamic import into that script.
 */
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'vite'
import { readyOperations } from './ready-operations.ts'

const MODULE = 'virtual:playground-address'
/** From the folder of the console. */
const ENTRY = 'src/lib/playground/tools.ts'

async function buildFile(): Promise<{ fileName: string; source: string }> {
  const result = await build({
    configFile: false,
    root: fileURLToPath(new URL('..', import.meta.url)),
    logLevel: 'warn',
    publicDir: false,
    plugins: [readyOperations()],
    build: {
      write: false,
      modulePreload: false,
      rolldownOptions: {
        input: ENTRY,
        preserveEntrySignatures: 'strict',
        output: { format: 'es', codeSplitting: false },
      },
    },
  })
  const [chunk, ...others] = [result].flat().flatMap((each) => ('output' in each ? each.output : []))
  if (chunk?.type !== 'chunk' || others.length > 0)
    throw new TypeError('The parts of the page "API" must build into one script, without a style sheet.')
  const hash = createHash('sha256').update(chunk.code).digest('base64url').slice(0, 8)
  return { fileName: `_app/immutable/playground.${hash}.js`, source: chunk.code }
}

/** Offers the address of the file to the console as the module `virtual:playground-address`. */
export function secondFile(): Plugin {
  let isServed = false
  /** The console is built twice, for the browser and for its start document; this file once. */
  let built: ReturnType<typeof buildFile> | undefined
  return {
    name: 'second-file',
    // The development server would find them when the page opens, and reload it.
    config: () => ({ optimizeDeps: { include: ['cm6-graphql', 'graphql'] } }),
    configResolved({ command }) {
      isServed = command === 'serve'
    },
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
    async load(id) {
      if (id !== `\0${MODULE}`) return undefined
      // The development server transforms each module when the browser asks for it.
      if (isServed) return `export default '/${ENTRY}'`
      built ??= buildFile()
      const { fileName, source } = await built
      if (this.environment.name === 'client') this.emitFile({ type: 'asset', fileName, source })
      return `export default '/${fileName}'`
    },
  }
}
