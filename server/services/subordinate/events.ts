/** Announces changes of subordinates to the console's subscriptions, across processes. */

export type SubordinateChangeKind =
  | 'REGISTERED'
  | 'UPDATED'
  | 'RENEWED'
  | 'DEACTIVATED'
  | 'REACTIVATED'
  | 'REMOVED'
export type SubordinateChange = { kind: SubordinateChangeKind; entityId: string }

export type SubordinateEvents = {
  announce(change: SubordinateChange): void
  subscribe(): AsyncIterable<SubordinateChange>
}
