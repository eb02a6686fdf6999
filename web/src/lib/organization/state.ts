/** Describes the states of an organization. */
import type { Tone } from '#lib/tone.ts'

export const organizationStates = {
  active: { tone: 'success', label: 'Active', explanation: 'It takes part in the federation.' },
  inactive: {
    tone: 'quiet',
    label: 'Inactive',
    explanation: 'It does not take part in the federation. Its members keep their own state.',
  },
} satisfies Readonly<Record<string, { tone: Tone; label: string; explanation: string }>>

export const organizationState = ({ active }: { active: boolean }) =>
  organizationStates[active ? 'active' : 'inactive']
