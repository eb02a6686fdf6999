/** What an anchor is for. */
export type Environment = 'PRODUCTION' | 'TEST' | 'OTHER'
