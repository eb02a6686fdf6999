/**
 * The draft of a stored object in a form: the stored values with the user's changes. Changes of other users can be merged
 * without losing the user's own.
 */
import { findChangedFields, pickFields, type Stored } from '#lib/form/stored.ts'

export class Draft<Fields extends object> {
  #base = $state.raw() as Stored<Fields> // set by the constructor
  fields = $state() as Fields // set by the constructor

  constructor(stored: Stored<Fields>) {
    this.#base = stored
    this.fields = structuredClone(stored.fields)
  }

  get version() {
    return this.#base.version
  }

  /** Fields that the user changed. */
  get changed() {
    return findChangedFields(this.#base.fields, this.fields)
  }

  /** The values to send: only the fields that the user changed. */
  get changes() {
    return pickFields(this.#copy(), this.changed)
  }

  /** Fields whose stored value has changed since this draft began. */
  changedMeanwhile(stored: Stored<Fields>) {
    return stored.version === this.version ? [] : findChangedFields(this.#base.fields, stored.fields)
  }

  /** Takes over the new stored values and keeps the user's changes. */
  rebase(stored: Stored<Fields>) {
    const typed = this.changes
    this.#base = stored
    this.fields = { ...structuredClone(stored.fields), ...typed }
  }

  /** Discards the user's changes. */
  reset(stored: Stored<Fields>) {
    this.#base = stored
    this.fields = structuredClone(stored.fields)
  }

  /** For SvelteKit's snapshots: input survives leaving the page and coming back. */
  capture() {
    return { base: this.#base, fields: this.#copy() }
  }

  restore({ base, fields }: { base: Stored<Fields>; fields: Fields }) {
    this.#base = base
    this.fields = fields
  }

  #copy() {
    return $state.snapshot(this.fields) as Fields // a copy of the same shape
  }
}
