/** One check of a subordinate, as its history keeps it. */
export type RecentCheck = {
  /** ISO 8601. */
  at: string
  ok: boolean
  milliseconds: number
  /** What it found, as a sentence. */
  message: string
}
