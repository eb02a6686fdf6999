/** What `npm start` says once it runs. */

type Facts = {
  entityId: string
  federationUrl: string
  adminUrl: string
  administrator: string
  /** Of the administrator just created; null when there was one already. */
  password: string | null
  database: string
  redis: string
}

export function banner(facts: Facts): string {
  const lines = [
    '',
    `  Inmor is running: Trust Anchor ${facts.entityId}`,
    '',
    `    Console             ${facts.adminUrl}`,
    `    Federation server   ${facts.federationUrl}`,
    `    Database            ${facts.database}`,
    `    Redis               ${facts.redis}`,
    '',
    ...(facts.password
      ? [
          `    Sign in as          ${facts.administrator}`,
          `    Password            ${facts.password}   (shown this once; change it with: npx inmor user set-password)`,
        ]
      : [`    Sign in with the users made before (npx inmor user list shows them).`]),
    '',
    '  This is for evaluation. DATABASE_URL and REDIS_URL put it on real services.',
    '  Ctrl-C ends it.',
    '',
    '',
  ]
  return lines.join('\n')
}
