/** The Entity Types of §5.1 with labels and explanations. */
export interface EntityType {
  label: string
  short: string
  explanation: string
}

export const entityTypes: Readonly<Record<string, EntityType>> = {
  openid_provider: {
    label: 'OpenID Provider',
    short: 'OP',
    explanation: 'Signs users in and identifies them to Relying Parties.',
  },
  openid_relying_party: {
    label: 'Relying Party',
    short: 'RP',
    explanation: 'A service that users sign in to.',
  },
  oauth_authorization_server: {
    label: 'Authorization Server',
    short: 'AS',
    explanation: 'Issues access tokens.',
  },
  oauth_client: { label: 'OAuth Client', short: 'Client', explanation: 'Requests access tokens.' },
  oauth_resource: {
    label: 'Protected Resource',
    short: 'Resource',
    explanation: 'Serves clients with an access token.',
  },
  federation_entity: {
    label: 'Federation Entity',
    short: 'Federation',
    explanation: 'Takes part in the federation itself: its name, contacts and federation endpoints.',
  },
}

/** Other types are shown by their name: federations may define their own. */
export const entityTypeOf = (name: string): EntityType =>
  entityTypes[name] ?? { label: name, short: name, explanation: 'An Entity Type of another specification.' }
