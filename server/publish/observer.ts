/** Callbacks of the publisher for metrics. */

export type PublicationObserver = {
  /** An object was published; `queued` has the creation times of its outbox entries. */
  published(topic: string, queued: readonly Date[]): void
  /** Publication failed; the object stays pending. */
  failed(topic: string): void
}
