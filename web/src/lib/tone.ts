/** How something fares. The word beside it says it; the colour only helps to find it. */
export type Tone = 'success' | 'warning' | 'error' | 'quiet'

export const toneText: Record<Tone, string> = {
  success: 'text-success',
  warning: 'text-warning',
  error: 'text-error',
  quiet: 'text-muted',
}

/** Brighter than the text: a dot must be found, not read. */
export const toneDot: Record<Tone, string> = {
  success: 'bg-dot-success',
  warning: 'bg-dot-warning',
  error: 'bg-dot-error',
  quiet: 'bg-dot-quiet',
}
