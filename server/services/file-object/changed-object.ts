/** How the objects of configuration files are named in the audit log, and which of their fields a change touches. */
import { isJsonEqual } from '#core/json.ts'
import type { DescribedChange } from '#server/error/operation-error.ts'
import { type AuditResourceType, auditActions } from '#server/services/audit/action.ts'
import type { AuditEntry } from '#server/services/audit/append.ts'
import { snapshot } from '#server/services/audit/snapshot.ts'

type State = Readonly<Record<string, unknown>>

type Row = {
  /** Of the file. */
  section: string
  /** By which the file names it; the natural key by default. */
  keyOf?: (before: State) => string
  /** The fields of the file, where the columns have other ones. */
  fieldsOf?: (state: State) => State
  /** It is part of another object, and does not go alone. */
  stays?: true
}

const single = (section: string): Row => ({ section, keyOf: () => '', stays: true })

const rows: Partial<Record<AuditResourceType, readonly Row[]>> = {
  TrustAnchor: [
    single('settings'),
    single('metadataPolicy'),
    { section: 'anchors', keyOf: ({ slug }) => String(slug ?? ''), fieldsOf: fieldsOfAnchor },
  ],
  Organization: [{ section: 'organizations', keyOf: ({ name }) => String(name) }],
  TrustMarkType: [{ section: 'trustMarkTypes' }],
  Subordinate: [{ section: 'members', fieldsOf: fieldsOfMember }],
  AwaitedEntity: [{ section: 'awaitedMembers' }],
  TrustMark: [{ section: 'trustMarks' }],
  CheckPipeline: [{ section: 'checks', stays: true }],
  Schedule: [{ section: 'schedules', stays: true }],
  Mirror: [{ section: 'mirrors' }],
  Webhook: [{ section: 'webhooks', keyOf: ({ url }) => String(url) }],
  Protection: [single('protection')],
}

/** The entity’s own metadata changes with it, and is no field of the file. */
function fieldsOfMember({ metadata, metadataFollowsEntity, organizationId, ...fields }: State): State {
  return {
    ...fields,
    metadata: metadataFollowsEntity === true ? null : metadata,
    organization: organizationId,
  }
}

/** Null, as a file has it. */
function fieldsOfAnchor({ slug, pausedAt }: State): State {
  return { slug, paused: pausedAt == null ? null : true }
}

/** An object that was there before a change. */
export type ChangedObject = DescribedChange & {
  /** Natural key, for messages. */
  resource: string
}

/** Names an object of a file among those of all sections. */
export const nameOf = ({ section, key }: Pick<DescribedChange, 'section' | 'key'>): string =>
  `${section} ${key}`

export function changedObjects({ action, resource, before, after }: AuditEntry): ChangedObject[] {
  const old = snapshot(before)
  if (!old) return []
  const current = snapshot(after)
  return (rows[auditActions[action]] ?? []).flatMap(({ section, keyOf, fieldsOf = same, stays }) => {
    if (!current && stays) return []
    const fields = fieldsOf(old)
    const changed = Object.entries(current ? fieldsOf(current) : {}).filter(
      ([name, value]) => !isJsonEqual(fields[name] ?? null, value ?? null),
    )
    const key = keyOf ? keyOf(old) : resource
    return [{ section, key, resource, isRemoved: current === null, changed: Object.fromEntries(changed) }]
  })
}

const same = (state: State) => state
