/** The examples of deploy for reverse proxies: how each becomes one that a test starts. */
import { join } from 'node:path'
import { printEdge } from '#server/cli/edge.ts'
import { entityId } from '#test/federation/publisher.ts'

export type ProxyKind = 'nginx' | 'apache' | 'caddy' | EdgeKind
/** Those that send the files of an export. */
export type EdgeKind = 'nginx edge' | 'caddy edge'
export type Ports = { http: number; ta: number; admin: number }

type Row = {
  /** Below deploy. */
  file: string
  /** What `inmor edge` prints, instead of the file. */
  print?(directory: string): Promise<string>
  /** Text of the example -> text of the test. */
  replace(ports: Ports, directory: string): [string | RegExp, string][]
  /** Around the example, what the distribution's own configuration has. */
  wrap(text: string, directory: string): string
  command(file: string, directory: string): [string, ...string[]]
}

const nginx = {
  wrap: (text, directory) =>
    [
      `pid ${directory}/nginx.pid; error_log ${directory}/error.log; events {} http { access_log off;`,
      ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (each) => `${each}_temp_path ${directory}/${each};`,
      ),
      text,
      '}',
    ].join('\n'),
  command: (file, directory) => ['nginx', '-e', `${directory}/error.log`, '-c', file, '-g', 'daemon off;'],
} satisfies Pick<Row, 'wrap' | 'command'>

const caddy = {
  wrap: (text) => text,
  command: (file) => ['caddy', 'run', '--config', file, '--adapter', 'caddyfile'],
} satisfies Pick<Row, 'wrap' | 'command'>

export const proxies: Readonly<Record<ProxyKind, Row>> = {
  nginx: {
    ...nginx,
    file: 'proxy/nginx.conf',
    replace: (ports, directory) => [
      ['/var/cache/nginx/inmor', join(directory, 'cache')],
      ['listen 80;', `listen 127.0.0.1:${ports.http};`],
      [/listen 443 ssl;(\s+server_name ta)/, `listen 127.0.0.1:${ports.ta} ssl;$1`],
      [/listen 443 ssl;(\s+server_name admin)/, `listen 127.0.0.1:${ports.admin} ssl;$1`],
    ],
  },
  'nginx edge': {
    ...nginx,
    file: 'edge/nginx.conf',
    print: (directory) => printEdge('nginx', { anchor: entityId, folder: filesOf(directory) }),
    replace: (ports) => [['listen 443 ssl;', `listen 127.0.0.1:${ports.ta} ssl;`]],
  },
  apache: {
    file: 'proxy/apache.conf',
    replace: (ports, directory) => [
      ['/var/cache/apache2/mod_cache_disk', join(directory, 'cache')],
      ['*:80>', `*:${ports.http}>`],
      [/\*:443>(\s+ServerName ta)/, `*:${ports.ta}>$1`],
      [/\*:443>(\s+ServerName admin)/, `*:${ports.admin}>$1`],
    ],
    wrap: (text, directory) => {
      const ports = [...text.matchAll(/<VirtualHost \*:(\d+)>/g)].map(
        ([, port]) => `Listen 127.0.0.1:${port}`,
      )
      const modules = [
        'mpm_event',
        'authz_core',
        'authz_host',
        'rewrite',
        'ssl',
        'headers',
        'unique_id',
        'proxy',
        'proxy_http',
      ]
      const loads = [...modules, 'cache', 'cache_disk', 'socache_shmcb'].map(
        (each) => `LoadModule ${each}_module /usr/lib/apache2/modules/mod_${each}.so`,
      )
      const paths = [`ServerRoot ${directory}`, `PidFile ${directory}/pid`, `ErrorLog ${directory}/error.log`]
      const user = process.getuid?.() === 0 ? ['User www-data', 'Group www-data'] : []
      return [...loads, ...paths, ...user, 'ServerName localhost', ...ports, text].join('\n')
    },
    command: (file) => ['apache2', '-D', 'FOREGROUND', '-f', file],
  },
  caddy: {
    ...caddy,
    file: 'proxy/Caddyfile',
    replace: (ports) => [
      ['http://ta.example.org, http://admin.example.org', `http://localhost:${ports.http}`],
      ['https://ta.example.org {', `https://localhost:${ports.ta} {`],
      ['https://admin.example.org {', `https://localhost:${ports.admin} {`],
    ],
  },
  'caddy edge': {
    ...caddy,
    file: 'edge/Caddyfile',
    print: (directory) => printEdge('caddy', { anchor: entityId, folder: filesOf(directory) }),
    replace: (ports) => [[`${entityId} {`, `https://localhost:${ports.ta} {`]],
  },
}

export const isEdge = (kind: ProxyKind): kind is EdgeKind => kind.endsWith(' edge')

/** The files that an edge sends. */
export const filesOf = (directory: string) => join(directory, 'files')
