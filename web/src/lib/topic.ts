/** The topics that a load depends on and a change invalidates. */
export const topic = {
  viewer: 'app:viewer',
  status: 'app:status',
  subordinates: 'app:subordinates',
  organizations: 'app:organizations',
  people: 'app:people',
  requests: 'app:requests',
  trustMarks: 'app:trust-marks',
  trustAnchor: 'app:trust-anchor',
  runs: 'app:runs',
  schedules: 'app:schedules',
  audit: 'app:audit',
  users: 'app:users',
  apiKeys: 'app:api-keys',
  account: 'app:account',
  portal: 'app:portal',
  signingKeys: 'app:signing-keys',
} as const
