/** How the actor of an audit entry authenticated, in words. */
const ways: Readonly<Record<string, string>> = {
  session: 'in the console',
  api_key: 'with an API key',
  cli: 'on the command line',
  job: 'by schedule',
}

/** Empty for a method of another version. */
export const methodInWords = (method: string) => ways[method] ?? ''
