/** The colour of a state. The word beside it carries the meaning. */
export type Tone = 'success' | 'warning' | 'error' | 'quiet'

export const toneText: Record<Tone, string> = {
  success: 'text-success',
  warning: 'text-warning',
  error: 'text-error',
  quiet: 'text-muted',
}

/** Brighter than text, so that a small dot is visible. */
export const toneDot: Record<Tone, string> = {
  success: 'bg-dot-success',
  warning: 'bg-dot-warning',
  error: 'bg-dot-error',
  quiet: 'bg-dot-quiet',
}
