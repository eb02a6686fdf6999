/** What a source wants, and what is said about it. */
import type { Path } from '#core/path.ts'
import type { Fields, Section } from '#server/plan/section.ts'

/** An object as a source wants it. */
export type Wanted = {
  section: Section
  key: string
  /** The fields in the form in which they are stored. */
  wanted: Fields
  /** It is only created: one that exists stays as it is, unless it has ended. */
  isNew?: true
  /** Its approval does it, with what the organization asked for. */
  request?: AskedIn
}

/** A request, in the version that was read. */
export type AskedIn = { id: number; version: number }

/** By section and key. */
export type WantedObjects<Item extends Wanted = Wanted> = ReadonlyMap<Section, ReadonlyMap<string, Item>>

/** A sentence about an object. The path is within it. */
export type Finding<Item extends Wanted = Wanted> = {
  object: Item
  path: Path
  message: string
  /** It stays as it is because nothing more is wanted; otherwise it was refused. */
  isLeft?: true
}
