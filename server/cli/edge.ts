/** `inmor edge`: prints the configuration of a web server that sends exported files, as deploy/edge has it for ta.example.org. */
import { readFile } from 'node:fs/promises'
import { Argument } from 'commander'
import { parseEntityId } from '#core/entity-id.ts'
import { ConfigurationError } from '#federation/config/error.ts'
import { command, print } from '#server/cli/output.ts'

const templates = { nginx: 'nginx.conf', caddy: 'Caddyfile' } as const
type Server = keyof typeof templates
const servers = Object.keys(templates) as Server[] // of that table

type Place = { anchor: string; folder?: string; ta?: string }

const usual = { folder: '/srv/inmor', ta: '127.0.0.1:8080' }

/** @throws FederationError, ConfigurationError */
export async function printEdge(server: Server, given: Place): Promise<string> {
  const { anchor, folder, ta } = { ...usual, ...given }
  const { host, hostname, port, pathname } = new URL(parseEntityId(anchor, { allowHttp: false }))
  if (pathname !== '/')
    throw new ConfigurationError(
      `${anchor} has a path, and the configuration is for a host of its own. Name an anchor without a path.`,
    )
  if (!/^\/[\w./-]+$/.test(folder))
    throw new ConfigurationError(
      `${folder} cannot be in the configuration. Name an absolute folder of letters, digits and ./_-.`,
    )
  if (!/^[\w.:[\]-]+$/.test(ta))
    throw new ConfigurationError(`${ta} is not an address. Use a host with a port, such as 127.0.0.1:8080.`)
  const text = await readFile(new URL(`../../deploy/edge/${templates[server]}`, import.meta.url), 'utf8')
  return text
    .replaceAll('ta\\.example\\.org', host.replaceAll('.', '\\.').replace(':', '(?::|%3[Aa])'))
    .replaceAll('https://ta.example.org {', `https://${host} {`)
    .replaceAll('ta.example.org', hostname)
    .replaceAll('listen 443 ssl', `listen ${port || 443} ssl`)
    .replaceAll('/srv/inmor', folder.replace(/\/$/, ''))
    .replaceAll('127.0.0.1:8080', ta)
}

export const edgeCommand = command('edge')
  .addArgument(new Argument('<server>', 'the web server').choices(servers))
  .argument('<anchor>', 'the Entity Identifier of the Trust Anchor')
  .option('--folder <path>', 'the folder of the export', usual.folder)
  .option('--ta <host:port>', 'where the federation server listens', usual.ta)
  .action(async (server, anchor, { folder, ta, json }) => {
    const configuration = await printEdge(server as Server, { anchor, folder, ta }) // one of the choices
    if (json) print({ json }, { configuration }, '')
    else process.stdout.write(configuration)
  })
