/** What the publisher reports to the metrics. */

export type PublicationObserver = {
  /** An object was published; `queued` holds the time at which each of its entries was written. */
  published(topic: string, queued: readonly Date[]): void
  /** It could not be published, and stays pending. */
  failed(topic: string): void
}
