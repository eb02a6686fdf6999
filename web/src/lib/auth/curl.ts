/** Writes a command that shows a new API key at work: a query that every role may make. `anchor`: the one to name. */
export const curlCommand = (origin: string, key: string, anchor?: string) =>
  [
    `curl -sS '${origin}/graphql'`,
    `-H 'X-API-Key: ${key}'`,
    ...(anchor ? [`-H 'Inmor-Anchor: ${anchor}'`] : []),
    `-H 'Content-Type: application/json'`,
    `-d '{"query": "{ viewer { username role } subordinates { totalCount } }"}'`,
  ].join(' \\\n  ')
