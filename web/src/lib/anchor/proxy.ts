/** Writes what a reverse proxy needs, so that the address of an anchor reaches the federation server. */

const placeOf = (entityId: string) => {
  const { host, hostname, pathname } = new URL(entityId)
  return { host, hostname, path: pathname.replace(/\/$/, '') }
}

/** The form of an identifier: a host of its own, or a path below a host that other sites use too. */
export const formOf = (entityId: string): 'host' | 'path' => (placeOf(entityId).path === '' ? 'host' : 'path')

/** For nginx, beside deploy/proxy/nginx.conf, which defines `inmor_ta` and the headers. */
export function nginxExample(entityId: string): string {
  const { hostname, path } = placeOf(entityId)
  const location = [`location ${path}/ {`, '  proxy_pass http://inmor_ta;', '}']
  if (path !== '') return [`# In the server block of ${hostname}:`, ...location].join('\n')
  return [
    'server {',
    '  listen 443 ssl;',
    `  server_name ${hostname};`,
    `  ssl_certificate /etc/ssl/inmor/${hostname}.crt;`,
    `  ssl_certificate_key /etc/ssl/inmor/${hostname}.key;`,
    ...location.map((line) => `  ${line}`),
    '}',
  ].join('\n')
}

/** For Caddy, which gets the certificate automatically. */
export function caddyExample(entityId: string): string {
  const { host, path } = placeOf(entityId)
  const matcher = path === '' ? '' : `${path}/* `
  return [`${host} {`, `  reverse_proxy ${matcher}127.0.0.1:8080`, '}'].join('\n')
}
