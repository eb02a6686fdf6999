/** Writes a command that shows a new API key at work: a query that every role may make. */
export const curlCommand = (origin: string, key: string) =>
  [
    `curl -sS '${origin}/graphql'`,
    `-H 'X-API-Key: ${key}'`,
    `-H 'Content-Type: application/json'`,
    `-d '{"query": "{ viewer { username role } subordinates { totalCount } }"}'`,
  ].join(' \\\n  ')
