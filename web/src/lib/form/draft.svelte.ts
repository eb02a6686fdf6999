/**
 * The draft of a stored object in a form: the stored values with the user's changes. Changes of other users can be merged
 * without losing the user's own.
 */
import { differing, picked, type Stored } from '#lib/form/stored.ts'

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

  /** Fields that were typed over. */
  get changed() {
    return differing(this.#base.fields, this.fields)
  }

  /** What is sent: nothing but the fields that were typed over, as they stand. */
  get changes() {
    return picked(this.#copy(), this.changed)
  }

  /** Fields in which the stored thing is no longer what this draft began with. */
  changedMeanwhile(stored: Stored<Fields>) {
    return stored.version === this.version ? [] : differing(this.#base.fields, stored.fields)
  }

  /** Starts from the newly stored values and keeps the user's changes. */
  rebase(stored: Stored<Fields>) {
    const typed = this.changes
    this.#base = stored
    this.fields = { ...structuredClone(stored.fields), ...typed }
  }

  /** Forgets what was typed. */
  reset(stored: Stored<Fields>) {
    this.#base = stored
    this.fields = structuredClone(stored.fields)
  }

  /** For SvelteKit's snapshots: leaving the page and coming back finds what was typed. */
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
