/**
 * Names every Redis key. Readers and the writer share this table.
 */

/** Published data of the Trust Anchor and its Immediate Subordinates. These keys never expire. */
function publishedKeys(root: string) {
  return {
    /** string: the Trust Anchor's Entity Configuration, a JWT (§9). */
    entityConfiguration: `${root}entity_id`,
    /** string: the signed historical key set, a JWT (§8.7). Absent until the first key is retired. */
    historicalKeys: `${root}historical_keys`,
    /** hash: entity identifier -> Subordinate Statement, a JWT (§8.1). Its fields are the Immediate Subordinates. */
    subordinates: `${root}subordinates`,
    /** hash: entity identifier -> the subordinate's own Entity Configuration, a JWT, as last fetched. */
    subordinateConfigurations: `${root}subordinates:jwt`,
    /** hash: entity identifier -> `SubordinateInfo` as JSON. Foreign writers omit it; readers work without it. */
    subordinateInfo: `${root}subordinates:info`,
    /** hash: first identifier of a page -> `Page` of the sorted list of subordinates. Foreign writers omit it. */
    subordinatePages: `${root}subordinates:pages`,
    /** hash: entity identifier -> array of `SubordinateEvent` as JSON, oldest first. Removed entities stay. Foreign writers omit it. */
    subordinateEvents: `${root}subordinates:events`,
    /** set: subordinates that are Relying Parties. */
    relyingParties: `${root}rp`,
    /** set: subordinates that are OpenID Providers. */
    openidProviders: `${root}op`,
    /** set: subordinates that are Intermediates or Trust Anchors. */
    intermediates: `${root}taia`,
    /** hash: Trust Mark type -> Trust Mark JWT, or the word `revoked`; one key for each subject (§8.6). */
    trustMarks: (subject: string) => `${root}tm:${subject}`,
    /** set: subjects with an unrevoked mark of the type, which may have expired. */
    trustMarkHolders: (type: string) => `${root}tmtype:${type}`,
    /** hash: first identifier of a page -> `Page` of the sorted list of the same holders. Foreign writers omit it. */
    trustMarkHolderPages: (type: string) => `${root}tmpages:${type}`,
    /** set: Trust Mark types with at least one issued mark. */
    trustMarkTypes: `${root}tmtypes`,
    /** set: SHA-256, in hex, of every Trust Mark JWT ever issued (§8.4). It only grows. */
    issuedTrustMarks: `${root}tm:alltime`,
    /** hash: SHA-256, in hex, of a Trust Mark JWT -> `TrustMarkRevocation` as JSON. Foreign writers omit it. */
    trustMarkRevocations: `${root}tm:status`,
    /** hash: number of a status list -> `StatusListFacts` as JSON. Foreign writers omit it. */
    statusLists: `${root}status_lists`,
    /** string: the bits of a status list, as its token has them before compression, and a byte that says that all are there. Foreign writers omit it. */
    statusListBits: (number: string) => `${root}status_list:${number}`,
    /** set: our Trust Mark types that are not in use, whose marks are not served. Foreign writers omit it. */
    unusedTrustMarkTypes: `${root}tmtypes:unused`,
    /** hash: entity identifier of a foreign Trust Anchor -> its pinned JWK Set as JSON (§10). Foreign writers omit it. */
    trustAnchors: `${root}trust_anchors`,
  }
}

/** Results of the last crawl of the federation. The end of a crawl replaces them atomically. */
function collectionKeys(root: string) {
  return {
    /** Common prefix of the collection's keys. */
    root,
    /** hash: entity identifier -> JSON record of the entity. */
    entities: `${root}entities`,
    /** set: entities of the Entity Type. */
    byType: (entityType: string) => `${root}by_type:${entityType}`,
    /** set: Trust Mark types with at least one verified mark. */
    trustMarkTypes: `${root}trustmark_types`,
    /** set: entities with a verified mark of the type. */
    byTrustMark: (type: string) => `${root}by_trustmark:${type}`,
    /** sorted set, every score 0: entity identifiers in lexical order, for paging. */
    sorted: `${root}all_sorted`,
    /** string: the Trust Anchor of the crawl. */
    trustAnchor: `${root}trust_anchor`,
    /** string: the end of the crawl, in unix seconds. */
    lastUpdated: `${root}last_updated`,
  }
}

/**
 * Builds every key name with the prefix (`REDIS_KEY_PREFIX`). A prefix in braces, such as `{inmor}`, keeps all keys
 * in one slot of a Redis Cluster, as the swap from staging to live keys requires.
 */
export function redisKeys(prefix = '') {
  const root = `${prefix}inmor:`
  return {
    ...publishedKeys(root),
    /** The same names during a rebuild. One transaction renames them to the live names. */
    staging: publishedKeys(`${root}staging:`),
    /** string: number of pages written by a rebuild, incremented after each page. It reveals a Redis that lost data. */
    stagedPages: `${root}staging:pages`,
    collection: {
      ...collectionKeys(`${root}collection:`),
      /** The same names during a crawl. Each crawl has its own, which expire if it dies. */
      staging: (crawl: string) => collectionKeys(`${root}collection:staging:${crawl}:`),
    },
    /** string, expires after one hour: a key set fetched from a `jwks_uri`. Argument: SHA-256, in hex, of the URI. */
    jwksCache: (uriHash: string) => `${root}jwks_cache:${uriHash}`,
    /** string, expires at its `exp`: a `HeldStatement` as JSON. Argument: SHA-256, in hex, of issuer and subject. */
    remoteStatement: (hash: string) => `${root}cache:statement:${hash}`,
    /** string, expires within minutes: a `HeldAnswer` as JSON. Argument: SHA-256, in hex, of the request. */
    resolveAnswer: (hash: string) => `${root}cache:resolve:${hash}`,
    /** string, expires within seconds: a process is building the response to the request. */
    resolveClaim: (hash: string) => `${root}cache:resolve_claim:${hash}`,
    /** string, expires with the assertion: a used `jti`. Argument: SHA-256, in hex, of client and `jti`. */
    clientAssertion: (hash: string) => `${root}cache:client_assertion:${hash}`,
    /** sorted set: each `Question` of the public as JSON, scored with the time from which it may be answered, in milliseconds. */
    questions: `${root}questions`,
    /** set, expires within minutes: the questions that one client address asked. Argument: SHA-256, in hex, of the address. */
    questionsOfClient: (hash: string) => `${root}questions_of_client:${hash}`,
    /** sorted set, expires within minutes: the last JWK Set that a subordinate pushed, a JWT, scored with its `iat`, or below every `iat`. Argument: SHA-256, in hex, of its identifier. */
    pushedKeys: (hash: string) => `${root}pushed_keys:${hash}`,
    /** string, expires within minutes: an `Answer` as JSON. Argument: SHA-256, in hex, of endpoint, entity and type. */
    answer: (hash: string) => `${root}answer:${hash}`,
    /** string, expires after a minute: the entity was examined for the public. Argument: SHA-256, in hex, of its identifier. */
    examinationClaim: (hash: string) => `${root}examination_claim:${hash}`,
    /** string, expires after a minute: how many entities were examined for the public in this minute. */
    examinations: (minute: number) => `${root}examinations:${minute}`,
    /** string: the secret of list cursors, in base64url. */
    cursorKey: `${root}cache:cursor_key`,
    /** string: the publication marker, which the publisher writes last. It reveals a Redis that was restored to an older state. */
    publicationMarker: `${root}publication_mark`,
    /** string, expires after a week: the last manifest of an export, a JWT. */
    manifest: `${root}manifest`,
    /** string: the number of the last manifest of an export. Without it, numbers go on from the time. */
    manifestNumber: `${root}manifest_number`,
    /** sorted set, expires after a week: number and root of the last manifests of an export, as `number root`, scored with the number. */
    manifestRoots: `${root}manifest_roots`,
    /** pub/sub channel: one `Change` as JSON after each write. */
    changes: `${root}changes`,
    /** hash, of the first anchor only: slug -> `RegisteredAnchor` as JSON. The anchors that one federation server serves. */
    anchors: `${root}anchors`,
  }
}

export type RedisKeys = ReturnType<typeof redisKeys>
