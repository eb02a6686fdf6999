/** Describes announced mirrors: their states in words, and what can be done with one. */
import type { Action } from '#lib/action.ts'
import type { MirrorFieldsFragment, MirrorState } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { write } from '#lib/graphql/client.ts'
import { mutation } from '#lib/graphql/mutation.ts'
import type { Tone } from '#lib/tone.ts'

graphql(`
  fragment MirrorFields on Mirror {
    describedIn { ...DescriptionFields }
    id url description state since checkedAt problem number signedAt
  }
`)

export const AnnouncedMirrors = graphql(`
  query AnnouncedMirrors {
    mirrors { ...MirrorFields }
  }
`)

export const AnnounceMirror = mutation(`AnnounceMirror { mirror { id } }`)
const RemoveMirror = mutation(`RemoveMirror { ids }`)

export const mirrorStates: Readonly<Record<MirrorState, { tone: Tone; label: string }>> = {
  CURRENT: { tone: 'success', label: 'Current' },
  BEHIND: { tone: 'warning', label: 'Behind' },
  UNREACHABLE: { tone: 'warning', label: 'Unreachable' },
  DIFFERS: { tone: 'error', label: 'Differs' },
  FOREIGN: { tone: 'error', label: 'Not of this anchor' },
}

export const mirrorActions: readonly Action<MirrorFieldsFragment>[] = [
  {
    label: 'Remove mirror',
    consequence:
      'It is no longer looked at, and its alert ends. The mirror itself goes on, and can be announced again.',
    done: 'removed.',
    danger: true,
    applies: () => true,
    run: async ({ id }) => (await write(RemoveMirror, { input: { id } })).refusal,
  },
]
