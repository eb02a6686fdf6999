/** How something fares. The word beside it says it; the colour only helps to find it. */
export type Tone = 'success' | 'warning' | 'error' | 'quiet'

export const toneText: Record<Tone, string> = {
  success: 'text-success',
  warning: 'text-warning',
  error: 'text-error',
  quiet: 'text-muted',
}
