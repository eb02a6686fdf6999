/** The definition of a kind of object that a configuration file describes. */

import type { Database } from '#server/database/client.ts'
import type { Settings } from '#server/database/typed-row.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { Fields, Section, Verb } from '#server/plan/section.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import type { Services } from '#server/services/index.ts'
import type { ProtectionService } from '#server/services/protection/protection.ts'
import type { Webhooks } from '#server/webhook/webhooks.ts'

/** An object as the database has it. */
export type StoredObject = {
  id: number
  /** By which the file names it; empty for a kind with one object. */
  key: string
  fields: Fields
  version?: number
  /** Another one can be created in its place. */
  hasEnded?: boolean
}

/** The objects with these keys; or all after a key, in the order of their keys. Without pages, all. */
type Which = { keys: readonly string[] } | { after: string }

export type ParseContext = {
  entityId: string
  allowHttp: boolean
  /** As the plan leaves them. */
  settings: Settings
  /** @throws InvalidInputError */
  checkCron(cron: string): void
}

/** What changes schedules. */
export type ScheduleWriter = {
  update(caller: Caller, change: { name: string; enabled?: boolean; cron?: string }): Promise<unknown>
  /** @throws InvalidInputError */
  check(cron: string): void
}

/** What changes the installation. */
export type InstallationChanges = {
  anchors: {
    create(caller: Caller, anchor: { slug: string; entityId: string }): Promise<unknown>
    pause(caller: Caller, slug: string): Promise<unknown>
    resume(caller: Caller, slug: string): Promise<unknown>
  }
  webhooks: Pick<Webhooks, 'create' | 'update' | 'remove'>
  protection: Pick<ProtectionService, 'update'>
}

export type ApplyContext = {
  db: Database
  /** The slug of the anchor. */
  slug: string
  services: Services
  scheduleChanges: ScheduleWriter
  /** Null for runs of other anchors than the first one. */
  installationChanges: InstallationChanges | null
  now: () => Date
  /** Why it is applied, as the person gave it; null: they said nothing. */
  reason: string | null
}

/** An object of another kind that a field names. */
type Reference = { section: Section; key: string; field: string }

export type KindRow = {
  /** Names one object in messages. */
  noun: string
  /** The fields that name an object, the ones that may be absent included. None: there is one object. */
  keys: readonly string[]
  /** The fields that name the object with a key, where there are several. */
  fromKey?(key: string): Fields
  /** The mutations that do the same. Their inputs have the fields; a caller needs the rights of them all. */
  mutations: Readonly<Partial<Record<Verb, readonly [AuditAction, ...AuditAction[]]>>>
  /** The only field, which the section itself is. */
  bare?: string
  /** Fields of the inputs that are no property of the object, or cannot be read back. */
  without?: readonly string[]
  /** Fields under another name: those of ids name an object of another kind. */
  renamed?: Readonly<Record<string, string>>
  /** Booleans that mutations without an input for them set, with their descriptions. */
  switches?: Readonly<Record<string, string>>
  /** A sentence about a new object. */
  note?: string
  /** The key is a URL, and its path may be a secret. */
  hasSecretPath?: true
  /** Of the fields that a complete file does not name. Fields without one are not touched. */
  defaults: Fields
  /** There may be many: `read` has an end for each page, after which it can go on. */
  isPaged?: true
  /** In pages. */
  read(db: Database, which: Which, now: Date): AsyncIterable<readonly StoredObject[]>
  /** The fields in the form in which they are stored. @throws InvalidInputError */
  parse(fields: Fields, context: ParseContext): Fields
  references?(fields: Fields): readonly Reference[]
  /** Absent: it always exists. */
  create?(context: ApplyContext, caller: Caller, fields: Fields): Promise<unknown>
  /** Sets these fields. Absent: an object of this kind does not change. */
  change?(context: ApplyContext, caller: Caller, stored: StoredObject, fields: Fields): Promise<unknown>
  /** `fields`: what the step of the removal has. Absent: it cannot be removed. */
  remove?(context: ApplyContext, caller: Caller, stored: StoredObject, fields: Fields): Promise<unknown>
  /** Why the change cannot be made, as a sentence; null: nothing is in the way. */
  obstacle?(stored: StoredObject, fields: Fields): string | null
}

/** Cuts a list into pages. */
export function pagesOf<Item>(items: readonly Item[], size: number): Item[][] {
  const pages = Math.ceil(items.length / size)
  return Array.from({ length: pages }, (_, page) => items.slice(page * size, (page + 1) * size))
}

/** @throws InvalidInputError */
export function requirePlainUrl(given: string, stored: string): void {
  if (given !== stored) throw new InvalidInputError(`Write the URL as ${stored}.`, 'url')
}
