/** The least that an admin server must be told by its environment. */
export const sound = {
  TA_DOMAIN: 'https://ta.example.org',
  DATABASE_URL: 'postgresql://inmor@db.example.org/inmor',
  REDIS_URL: 'redis://redis.example.org:6379',
  AUTH_SECRET: 'a secret of thirty-two characters or more',
}
