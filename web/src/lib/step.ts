/** The states of a step in a list of steps. */
import type { Tone } from './tone.ts'

/** `waiting`: possible, but not safe yet. */
export type StepState = 'done' | 'due' | 'waiting' | 'later'

export const stepStates: Readonly<Record<StepState, { tone: Tone; label: string }>> = {
  done: { tone: 'success', label: 'Done' },
  due: { tone: 'warning', label: 'Now' },
  waiting: { tone: 'quiet', label: 'Not safe yet' },
  later: { tone: 'quiet', label: 'Later' },
}
