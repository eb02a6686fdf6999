/**
 * Replays the protection over the audit log: each change that was protected when it was made has its approval, or the entry
 * of a command that needed none. Not replayed: a Trust Mark that a member must hold counts as MEMBERS by what the database
 * had then.
 */
import { z } from 'zod'
import type { AuditEvent } from '#prisma/generated/client/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import { auditActions, isAuditAction } from '#server/services/audit/action.ts'
import { type Changed, effectOf, operationsOf } from '#server/services/protection/effect.ts'
import {
  operationNames,
  type ProtectionSettings,
  withImplied,
} from '#server/services/protection/operation.ts'
import { membersOf } from '#server/services/protection/rule.ts'

/** What of the settings decides who may make a change. */
export type ReplayedSettings = Pick<ProtectionSettings, 'operations' | 'commandLine'>

const settings = z.object({ operations: z.array(z.string()), commandLine: z.boolean() })
/** Of an entry whose change is not made yet, because it waits. */
const delay = z.object({ from: z.string() })
const bypass = z.object({ action: z.string() })

/** Milliseconds after an approval, in which its request ends. What takes longer is a run. */
const REQUEST_MS = 10 * 60_000
/** Decides in the place of a person (`ruleCaller`). Other jobs do what people have decided. */
const RULE = 'job:approve-by-rule'

type Entry = Pick<
  AuditEvent,
  'id' | 'at' | 'anchor' | 'actor' | 'method' | 'requestId' | 'runId' | 'action' | 'resource' | 'outcome'
> & { before: unknown; after: unknown }

/** The settings that an entry of `updateProtection` had before or after. Null: it says none. */
export function settingsIn(state: unknown): ReplayedSettings | null {
  const { data } = settings.safeParse(state)
  return data ? { ...data, operations: withImplied(data.operations) } : null
}

/** Gets all entries in their order. `first`: the settings before the first one. `isWhole`: no older entry was deleted. */
export function createReplay(first: ReplayedSettings, { isWhole }: { isWhole: boolean }) {
  let present = first
  /** The time of the first entry. */
  let begins: Date | null = null
  /** Of the transaction that the entry belongs to: its approval or bypass comes before the change. */
  let covered: Entry | null = null
  /** When the request of a person was approved. */
  const requests = new Map<string, Date>()
  /** Runs that a person started: whether that was approved. */
  const runs = new Map<string, boolean>()

  function isCovered(entry: Entry): boolean {
    if (covered && covered.actor === entry.actor && covered.at.getTime() === entry.at.getTime()) return true
    // Of older entries that were deleted, the approval may be one.
    if (entry.runId !== null) return runs.get(runKey(entry.anchor, String(entry.runId))) ?? !isWhole
    if (!isWhole && begins && entry.at.getTime() - begins.getTime() < REQUEST_MS) return true
    const since = requests.get(requestKey(entry))
    return since !== undefined && entry.at.getTime() - since.getTime() < REQUEST_MS
  }

  /** Null: nothing is wrong with it. */
  function faultOfBypass(entry: Entry): string | null {
    covered = entry
    if (entry.method === 'cli' && present.commandLine) return null
    const { data } = bypass.safeParse(entry.after)
    return `Entry ${entry.id}, ${data?.action ?? 'a change'} without an approval, was not allowed by the settings of the protection then.`
  }

  function faultOfChange(entry: Entry): string | null {
    const { action, resource, before, after } = entry
    if (!isAuditAction(action)) return null
    const changed = { action, resource, before: stateIn(before), after: stateIn(after) }
    const approved = isCovered(entry)
    if (auditActions[action] === 'Run' && action !== 'cancelRun')
      runs.set(runKey(entry.anchor, resource), approved)
    if (approved || present.operations.length === 0 || isLockOut(changed)) return null
    const amounts = operationsOf(changed, callerOf(entry))
    const operations = present.operations.filter((name) => amounts.includes(name))
    if (operations.length === 0) return null
    return `Entry ${entry.id}, ${action} of ${resource || 'the installation'} by ${entry.actor}, is protected (${operations.join(', ')}), and no approval is in the log.`
  }

  return {
    /** After the last entry. */
    settings: (): ReplayedSettings => present,

    /** A sentence; null: nothing is wrong with it. */
    faultOf(entry: Entry): string | null {
      begins ??= entry.at
      if (entry.outcome !== 'SUCCEEDED') return null
      if (entry.action === 'bypassApproval') return faultOfBypass(entry)
      const isDecision = entry.action === 'approve' || entry.action === 'override'
      if (isDecision && !delay.safeParse(entry.after).success) {
        covered = entry
        if (entry.requestId !== null) requests.set(requestKey(entry), entry.at)
      }
      const fault = actsAlone(entry) ? faultOfChange(entry) : null
      if (entry.action === 'updateProtection') present = settingsIn(entry.after) ?? present
      return fault
    },
  }
}

/** As `actsForPerson` of callers. */
const actsAlone = ({ method, actor }: Entry) =>
  (method !== 'job' && method !== 'single_sign_on') || actor === RULE

const requestKey = ({ actor, requestId }: Entry) => `${requestId} ${actor}`
/** Each anchor counts its own. */
const runKey = (anchor: string | null, id: string) => `${anchor} ${id}`

/** One administrator may do it alone, if two others are left. Since version 0.3 that ends automatically. */
function isLockOut(changed: Changed): boolean {
  const { banned, suspendedUntil, ...others } = effectOf(changed).fields
  const isOfUser = changed.action === 'updateUser' || changed.action === 'secureUser'
  const ends = suspendedUntil?.after != null || !('suspendedUntil' in membersOf(changed.after))
  return isOfUser && banned?.after === true && ends && Object.keys(others).length === 0
}

const stateIn = (state: unknown) => (state == null ? undefined : membersOf(state))

/** Rules read its name only. */
const callerOf = ({ actor, method }: Entry): Caller => ({
  name: actor,
  displayName: actor,
  email: '',
  role: null,
  method: method as Caller['method'], // written from a caller
})

export const isSameProtection = (one: ReplayedSettings, other: ReplayedSettings): boolean =>
  one.commandLine === other.commandLine &&
  operationNames.every((name) => one.operations.includes(name) === other.operations.includes(name))
