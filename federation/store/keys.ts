/**
 * The names under which the federation's published state lies in Redis: the one place where they are spelt.
 * The writer imports them from here, so that reader and writer cannot disagree.
 */

/** What is published about the Trust Anchor and its Immediate Subordinates. No key expires by itself. */
function publishedKeys(root: string) {
  return {
    /** string: the Trust Anchor's Entity Configuration, a JWT (§9). */
    entityConfiguration: `${root}entity_id`,
    /** string: the signed historical key set, a JWT (§8.7). Absent when no key was ever retired. */
    historicalKeys: `${root}historical_keys`,
    /** hash: entity identifier -> Subordinate Statement, a JWT (§8.1). Its fields are the Immediate Subordinates. */
    subordinates: `${root}subordinates`,
    /** hash: entity identifier -> the subordinate's own Entity Configuration, a JWT, as last fetched. */
    subordinateConfigurations: `${root}subordinates:jwt`,
    /** hash: entity identifier -> `SubordinateInfo` as JSON. Written by us only; a reader works without it. */
    subordinateInfo: `${root}subordinates:info`,
    /** hash: entity identifier -> array of `SubordinateEvent` as JSON, the oldest first; removed entities stay. Written by us only. */
    subordinateEvents: `${root}subordinates:events`,
    /** set: subordinates that are Relying Parties. */
    relyingParties: `${root}rp`,
    /** set: subordinates that are OpenID Providers. */
    openidProviders: `${root}op`,
    /** set: subordinates that are Intermediates, or Trust Anchors of their own. */
    intermediates: `${root}taia`,
    /** hash: Trust Mark type -> Trust Mark JWT, or the word `revoked`; one key for each subject (§8.6). */
    trustMarks: (subject: string) => `${root}tm:${subject}`,
    /** set: subjects that were given a mark of the type and still hold it; the mark itself may have expired. */
    trustMarkHolders: (type: string) => `${root}tmtype:${type}`,
    /** set: Trust Mark types of which a mark was issued. */
    trustMarkTypes: `${root}tmtypes`,
    /** set: SHA-256, in hex, of every Trust Mark JWT ever issued (§8.4: others are unknown). Only grows. */
    issuedTrustMarks: `${root}tm:alltime`,
    /** hash: SHA-256, in hex, of a Trust Mark JWT -> `TrustMarkRevocation` as JSON. Written by us only. */
    trustMarkRevocations: `${root}tm:status`,
    /** hash: entity identifier of a foreign Trust Anchor -> its pinned JWK Set as JSON (§10). Written by us only. */
    trustAnchors: `${root}trust_anchors`,
  }
}

/** What the last walk of the federation found. Replaced as a whole when a walk ends. */
function collectionKeys(root: string) {
  return {
    /** What every name of the collection begins with. */
    root,
    /** hash: entity identifier -> JSON record of the entity. */
    entities: `${root}entities`,
    /** set: entities that play the Entity Type. */
    byType: (entityType: string) => `${root}by_type:${entityType}`,
    /** set: Trust Mark types of which some entity holds a verified mark. */
    trustMarkTypes: `${root}trustmark_types`,
    /** set: entities that hold a verified mark of the type. */
    byTrustMark: (type: string) => `${root}by_trustmark:${type}`,
    /** sorted set, every score 0: entity identifiers in their lexical order, for paging. */
    sorted: `${root}all_sorted`,
    /** string: the Trust Anchor from which the walk began. */
    trustAnchor: `${root}trust_anchor`,
    /** string: when the walk ended, in unix seconds. */
    lastUpdated: `${root}last_updated`,
  }
}

/**
 * Every key name, each behind the prefix (`REDIS_KEY_PREFIX`). A prefix in braces, such as `{inmor}`, keeps all
 * keys in one slot of a Redis Cluster, which the swap from staging to live keys needs there.
 */
export function redisKeys(prefix = '') {
  const root = `${prefix}inmor:`
  return {
    ...publishedKeys(root),
    /** The same names while a rebuild is being written; renamed over the live ones in one transaction. */
    staging: publishedKeys(`${root}staging:`),
    /** string: how many pages of a rebuild were written, each counted behind its content; it tells a Redis that lost some. */
    stagedPages: `${root}staging:pages`,
    collection: {
      ...collectionKeys(`${root}collection:`),
      /** The same names during a walk. Each walk has its own, so that two cannot mix; they expire if it dies. */
      staging: (walk: string) => collectionKeys(`${root}collection:staging:${walk}:`),
    },
    /** string, lives one hour: a key set fetched from a `jwks_uri`; the argument is the SHA-256, in hex, of the URI. */
    jwksCache: (uriHash: string) => `${root}jwks_cache:${uriHash}`,
    /** string, lives until its `exp`: a `HeldStatement` as JSON; the argument is the SHA-256, in hex, of issuer and subject. */
    remoteStatement: (hash: string) => `${root}cache:statement:${hash}`,
    /** string, lives some minutes at most: a `HeldAnswer` as JSON; the argument is the SHA-256, in hex, of the request. */
    resolveAnswer: (hash: string) => `${root}cache:resolve:${hash}`,
    /** string, lives some seconds: a process is making the answer to the request. */
    resolveClaim: (hash: string) => `${root}cache:resolve_claim:${hash}`,
    /** string, lives as long as the assertion: a used `jti`; the argument is the SHA-256, in hex, of client and `jti`. */
    clientAssertion: (hash: string) => `${root}cache:client_assertion:${hash}`,
    /** string: the secret of the pointers into lists, in base64url. */
    cursorKey: `${root}cache:cursor_key`,
    /** string: what the publisher wrote last, behind everything else; it tells a Redis that went back in time. Written by us only. */
    publicationMark: `${root}publication_mark`,
    /** pub/sub channel: one `Change` as JSON after each write. */
    changes: `${root}changes`,
  }
}

export type RedisKeys = ReturnType<typeof redisKeys>
