/** What the export still has to do: everything, some objects, the lists that contain them, or the collection. */
import type { Change } from '#store/change.ts'

/** Objects that are followed together. */
const STEP = 200

export function createPending() {
  let isAll = true
  let areListsOld = false
  let isCollectionOld = false
  const subordinates = new Set<string>()
  const subjects = new Set<string>()
  let wake = Promise.withResolvers<void>()

  const take = (from: Set<string>): string[] => {
    const some = [...from].slice(0, STEP)
    for (const each of some) from.delete(each)
    return some
  }

  return {
    addAll(): void {
      isAll = true
      wake.resolve()
    },
    add({ kind, id }: Change): void {
      if (kind === 'trust-anchors') return
      if (kind === 'collection') isCollectionOld = true
      else if (id === undefined) isAll = true
      else if (kind === 'subordinate') subordinates.add(id)
      else if (kind === 'trust-mark') subjects.add(id)
      else isAll = true
      wake.resolve()
    },
    isAll: () => isAll,
    takeAll(): boolean {
      const was = isAll
      isAll = false
      return was
    },
    /** The next objects; null: none is left. */
    takeSome(): { subordinates: string[]; subjects: string[] } | null {
      if (subordinates.size + subjects.size === 0) return null
      areListsOld = true
      return { subordinates: take(subordinates), subjects: take(subjects) }
    },
    areListsOld: () => areListsOld,
    takeLists(): boolean {
      const were = areListsOld
      areListsOld = false
      return were
    },
    takeCollection(): boolean {
      const was = isCollectionOld
      isCollectionOld = false
      return was
    },
    /** Ends the wait for an addition. */
    wake: (): void => wake.resolve(),
    /** Resolves at the next addition after the call. */
    added(): Promise<void> {
      wake = Promise.withResolvers()
      return wake.promise
    },
  }
}
