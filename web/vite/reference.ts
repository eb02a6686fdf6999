/** Makes the pages of the reference from docs/reference/: a file each, beside the console's script, fetched when opened. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'
import { renderReference } from './reference-page.ts'

const folder = fileURLToPath(new URL('../../docs/reference/', import.meta.url))
const MODULE = 'virtual:reference'
const RESOLVED = `\0${MODULE}`
const DEV_PATH = '/@reference/'

/** The files by their names: `index` and the pages. */
function makeFiles(): Map<string, string> {
  const documents = readdirSync(folder).filter((name) => name.endsWith('.md'))
  const read = (file: string) => [file.replace('.md', ''), readFileSync(folder + file, 'utf8')] as const
  const { index, pages } = renderReference(new Map(documents.map(read)))
  return new Map(
    [['index', index] as const, ...pages].map(([name, content]) => [name, JSON.stringify(content)]),
  )
}

const moduleOf = (addresses: readonly (readonly [name: string, expression: string])[]) => {
  const members = addresses.map(([name, expression]) => `${JSON.stringify(name)}: ${expression}`)
  return `const { index, ...pages } = { ${members.join(', ')} }\nexport { index, pages }`
}

export function reference(): Plugin {
  let isBuild = false
  return {
    name: 'reference',
    configResolved({ command }) {
      isBuild = command === 'build'
    },
    resolveId: (id) => (id === MODULE ? RESOLVED : undefined),
    load(id) {
      if (id !== RESOLVED) return undefined
      const files = [...makeFiles()]
      if (!isBuild) return moduleOf(files.map(([name]) => [name, JSON.stringify(DEV_PATH + name)]))
      return moduleOf(
        files.map(([name, source]) => {
          const file = this.emitFile({ type: 'asset', name: `reference-${name}.json`, source })
          return [name, `import.meta.ROLLUP_FILE_URL_${file}`]
        }),
      )
    },
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const content = request.url?.startsWith(DEV_PATH)
          ? makeFiles().get(request.url.slice(DEV_PATH.length))
          : undefined
        if (content === undefined) return next()
        response.setHeader('content-type', 'application/json').end(content)
      })
    },
  }
}
