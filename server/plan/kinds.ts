/** The kinds of objects in configuration files: one row each. */

import { anchors, protection, webhooks } from '#server/plan/kind/installation.ts'
import { awaitedMembers, members } from '#server/plan/kind/members.ts'
import { organizations } from '#server/plan/kind/organizations.ts'
import type { KindRow } from '#server/plan/kind/row.ts'
import { checks, mirrors, policy, schedules, settings } from '#server/plan/kind/settings.ts'
import { trustMarks, trustMarkTypes } from '#server/plan/kind/trust-marks.ts'
import type { Fields, Section } from '#server/plan/section.ts'

export const kinds: Readonly<Record<Section, KindRow>> = {
  settings,
  metadataPolicy: policy,
  organizations,
  trustMarkTypes,
  members,
  awaitedMembers,
  trustMarks,
  checks,
  schedules,
  mirrors,
  anchors,
  webhooks,
  protection,
}

/** Whether there is one object of the kind, which has no key. */
export const isOneObject = (section: Section): boolean => kinds[section].keys.length === 0

/** By which files name an object of a kind; empty for a kind with one. */
export function keyOf(section: Section, fields: Fields): string {
  const values = kinds[section].keys.map((name) => fields[name])
  return values.filter((value) => value != null).join(' ')
}

/** The fields that name the object with a key. */
export function keysOf(section: Section, key: string): Fields {
  const { keys, fromKey } = kinds[section]
  const [name] = keys
  if (fromKey) return fromKey(key)
  return name === undefined ? {} : { [name]: key }
}
