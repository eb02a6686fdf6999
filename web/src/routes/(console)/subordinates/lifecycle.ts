/** The actions on a subordinate, with their effects. */

import { write } from '#lib/graphql/client.ts'
import { mutation } from '#lib/graphql/mutation.ts'
import type { Refusal } from '#lib/graphql/refusal.ts'

const RenewSubordinate = mutation(`RenewSubordinate { subordinate { id } }`)
const DeactivateSubordinate = mutation(`DeactivateSubordinate { subordinate { id } }`)
const ReactivateSubordinate = mutation(`ReactivateSubordinate { subordinate { id } }`)
const RemoveSubordinate = mutation(`RemoveSubordinate { ids }`)

export interface LifecycleAction {
  label: string
  /** The confirmation afterwards, preceded by the name of the entity. */
  done: string
  /** The effect in one line beside the button. */
  summary: string
  /** The effect in full, for the confirmation. Absent: no confirmation. */
  consequence?: string
  danger?: boolean
  /** Available for active subordinates, for inactive ones, or for both. */
  when: 'active' | 'inactive' | 'always'
  /** The subordinate's page no longer exists afterwards. The user chooses what becomes of its Trust Marks. */
  isFinal?: boolean
  run: (id: string, revokeTrustMarks: boolean) => Promise<Refusal | undefined>
}

export const lifecycle: readonly LifecycleAction[] = [
  {
    label: 'Renew',
    done: 'renewed.',
    summary: 'Fetch its Entity Configuration again, check it, and sign a new statement.',
    when: 'active',
    run: async (id) => (await write(RenewSubordinate, { input: { id } })).refusal,
  },
  {
    label: 'Deactivate',
    done: 'deactivated.',
    summary: 'Remove it from every public endpoint and keep its registration.',
    consequence:
      'Within seconds it disappears from every public endpoint, and Trust Chains through it no longer resolve. Cached statements stay valid until they expire. The registration is kept, so you can reactivate it at any time.',
    danger: true,
    when: 'active',
    run: async (id) => (await write(DeactivateSubordinate, { input: { id } })).refusal,
  },
  {
    label: 'Reactivate',
    done: 'reactivated.',
    summary: 'Sign a new statement and publish it again.',
    when: 'inactive',
    run: async (id) => (await write(ReactivateSubordinate, { input: { id } })).refusal,
  },
  {
    label: 'Remove',
    done: 'removed.',
    summary: 'Remove it from every public endpoint and delete its registration.',
    consequence:
      'It disappears from every public endpoint, and its registration is deleted with its forced metadata, policy and constraints. This cannot be undone.',
    danger: true,
    when: 'always',
    isFinal: true,
    run: async (id, revokeTrustMarks) =>
      (await write(RemoveSubordinate, { input: { id, revokeTrustMarks } })).refusal,
  },
]
