/** The type of what the history has, which the writer of Redis (publish/write.ts) takes. */

declare const isKept: unique symbol

/** Its bytes are in the database. Only published.ts makes it. */
export type Kept<Value> = Value & { readonly [isKept]: true }
