/** The banner that `npm start` prints once everything runs. */

type Facts = {
  entityId: string
  federationUrl: string
  adminUrl: string
  isConsoleBeingBuilt: boolean
  administrator: string
  /** The password of the administrator just created; null if one exists. */
  password: string | null
  database: string
  redis: string
}

export function banner(facts: Facts): string {
  const lines = [
    '',
    `  Inmor is running: Trust Anchor ${facts.entityId}`,
    '',
    `    Console             ${facts.adminUrl}${facts.isConsoleBeingBuilt ? '   (being built, ready in about a minute)' : ''}`,
    `    Federation server   ${facts.federationUrl}`,
    `    Database            ${facts.database}`,
    `    Redis               ${facts.redis}`,
    '',
    ...(facts.password
      ? [
          `    Sign in as          ${facts.administrator}`,
          `    Password            ${facts.password}   (shown once; change it with: ./inmor user set-password)`,
        ]
      : [`    Sign in as an existing user (./inmor user list shows them).`]),
    '',
    '  For evaluation only. Set DATABASE_URL and REDIS_URL to use real services.',
    '  Press Ctrl-C to stop.',
    '',
    '',
  ]
  return lines.join('\n')
}
