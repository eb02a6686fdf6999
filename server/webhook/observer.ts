/** Callbacks of deliveries for metrics. */
export type WebhookObserver = {
  attempted(isDelivered: boolean): void
}
