/** Defines the schedules, one row each. Operators set its cron expression and whether it is on (model Schedule). */
import { compareWithFiles } from '#server/as-code/drift.ts'
import { jobCaller } from '#server/identity/caller.ts'
import { checkCertificate } from '#server/jobs/certificate.ts'
import { checkSubordinates, examineAwaited } from '#server/jobs/checks.ts'
import { mailRequests } from '#server/jobs/mail/operators.ts'
import { remind } from '#server/jobs/mail/remind.ts'
import {
  checkMirrors,
  checkSuperiors,
  followAnchors,
  regenerateEntityConfiguration,
  renewOwnTrustMarks,
} from '#server/jobs/own-freshness.ts'
import { prune, pruneInstallation } from '#server/jobs/prune.ts'
import type { ScheduleContext, ScheduleResult, ScheduleRow } from '#server/jobs/schedule-row.ts'
import {
  advanceRollover,
  renewSubordinates,
  renewTrustMarks,
  republishFuture,
  walkCollection,
} from '#server/jobs/scheduled-runs.ts'
import { plural } from '#server/mail/layout.ts'
import { repairDrift } from '#server/publish/drift/repair.ts'
import { verifyAuditLog } from '#server/services/audit/verification.ts'

const table = {
  'regenerate-entity-configuration': {
    description:
      'Re-signs the Entity Configuration after half of its lifetime, or earlier for the outage budget.',
    cron: '* * * * *',
    run: regenerateEntityConfiguration,
  },
  'check-subordinates': {
    description: 'Checks the subordinates that are due: what they publish, and whether they resolve.',
    cron: '* * * * *',
    run: checkDue,
  },
  'republish-future': {
    description: 'Signs again what a wrong clock issued in the future, without a request to its subject.',
    cron: '* * * * *',
    run: republishFuture,
  },
  'renew-subordinates': {
    description: 'Renews the subordinates whose statement or configuration expires soon.',
    cron: '*/5 * * * *',
    run: renewSubordinates,
  },
  'renew-trust-marks': {
    description:
      'Renews the Trust Marks that are within their renewal time, or earlier for the outage budget.',
    cron: '0 * * * *',
    run: renewTrustMarks,
  },
  'judge-trust-marks': {
    description: 'Finds the Trust Marks that verifiers refuse after a change of keys or of an owner.',
    cron: '* * * * *',
    run: judgeTrustMarks,
  },
  'check-superiors': {
    description:
      'Reads which keys and policy the superiors of this anchor publish for it, and asks those that can to fetch new keys.',
    cron: '*/5 * * * *',
    run: checkSuperiors,
  },
  'follow-anchors': {
    description: 'Follows the keys of pinned Trust Anchors through the changes that they announce.',
    cron: '10 * * * *',
    run: followAnchors,
  },
  'renew-own-trust-marks': {
    description: 'Fetches the Trust Marks that others issued to this anchor again, before they expire.',
    cron: '40 * * * *',
    run: renewOwnTrustMarks,
  },
  'check-mirrors': {
    description: 'Looks at the announced mirrors, and compares what they have with what was signed.',
    cron: '*/5 * * * *',
    run: checkMirrors,
  },
  'key-rollover': {
    description: 'Does the next step of the scheduled rollover of the signing key, once it is safe.',
    cron: '0 * * * *',
    run: advanceRollover,
    isSpread: true,
  },
  'examine-awaited': {
    description: 'Examines the entities that cannot be registered yet, each about every hour.',
    cron: '*/5 * * * *',
    run: examineDue,
  },
  'walk-collection': {
    description: 'Crawls the federation into the collection.',
    cron: '*/5 * * * *',
    run: walkCollection,
  },
  'tell-alerts': {
    description:
      'Sends operators e-mail about requests and alerts, and tells webhooks of alerts that begin or end.',
    cron: '* * * * *',
    run: tellOperators,
  },
  'send-reminders': {
    description: 'Sends e-mail about what expires, members that do not resolve, and new keys.',
    cron: '0 * * * *',
    run: sendReminders,
  },
  'detect-drift': {
    description: 'Compares the published data with the database and republishes differences.',
    cron: '*/15 * * * *',
    run: detectDrift,
  },
  'compare-files': {
    description: 'Compares what configuration files describe with the state of the anchor.',
    cron: '50 * * * *',
    run: compareFiles,
  },
  'check-certificate': {
    description: 'Looks at the certificate of the public address, and fails if it expires within two weeks.',
    cron: '20 * * * *',
    run: lookAtCertificate,
  },
  'verify-audit-log': {
    description: 'Verifies the audit log, and fails if an entry was changed, deleted or inserted.',
    cron: '0 3 * * *',
    run: verifyAudit,
    isOfInstallation: true,
  },
  prune: {
    description:
      'Deletes runs, published objects and audit events older than their retention, and expired sessions.',
    cron: '30 3 * * *',
    run: pruneOld,
  },
} as const satisfies Record<string, ScheduleRow>

export type ScheduleName = keyof typeof table

export const schedules: Readonly<Record<ScheduleName, ScheduleRow>> = table

export const scheduleNames = Object.keys(schedules) as ScheduleName[] // the keys of the table

/** The schedules of an anchor. */
export const schedulesOf = ({ installation }: Pick<ScheduleContext, 'installation'>): ScheduleName[] =>
  scheduleNames.filter((name) => installation !== null || !schedules[name].isOfInstallation)

async function checkDue(context: ScheduleContext, signal: AbortSignal): Promise<ScheduleResult> {
  const caller = jobCaller('check-subordinates')
  const { checked, failed, changed } = await checkSubordinates(context, caller, signal)
  // The collection shows what the members publish.
  if (changed > 0) await context.runs.crawl(caller)
  return { message: checked === 0 ? 'None is due.' : `${checked} checked, ${failed} of them with a failure.` }
}

async function judgeTrustMarks({ services }: ScheduleContext): Promise<ScheduleResult> {
  const changed = await services.trustMarks.judge()
  return { message: changed === 0 ? 'Nothing has changed.' : `The state of ${changed} changed.` }
}

async function examineDue(context: ScheduleContext, signal: AbortSignal): Promise<ScheduleResult> {
  const { examined, passing } = await examineAwaited(context, signal)
  return { message: examined === 0 ? 'None is due.' : `${examined} examined. ${passing} can be registered.` }
}

async function tellOperators(context: ScheduleContext): Promise<ScheduleResult> {
  const requests = await mailRequests(context)
  const message = await context.tellAlerts()
  return { message: requests === 0 ? message : `${message} ${plural(requests, 'request')} mailed.` }
}

async function sendReminders(context: ScheduleContext, signal: AbortSignal): Promise<ScheduleResult> {
  return { message: await remind(context, signal) }
}

async function detectDrift(context: ScheduleContext, signal: AbortSignal): Promise<ScheduleResult> {
  const { publishing, publisher, observe, gate } = context
  const found = await gate.run('drift', signal, () => repairDrift(publishing, publisher))
  observe.driftFound(found)
  const { missing, unexpected, different } = found
  if (missing + unexpected + different === 0) return { message: 'In sync.' }
  return { message: `${missing} missing, ${unexpected} unexpected, ${different} different; republished.` }
}

async function compareFiles({ db, now }: ScheduleContext, signal: AbortSignal): Promise<ScheduleResult> {
  const running = { kind: 'CONFIGURATION', state: { in: ['QUEUED', 'RUNNING'] } }
  if ((await db.run.count({ where: running })) > 0) return { message: 'Files are being applied.' }
  const { compared, different } = await compareWithFiles({ db, now }, signal)
  if (compared === 0) return { message: 'No file describes an object.' }
  return { message: `${plural(compared, 'object')} compared, ${different} of them different.` }
}

function lookAtCertificate({ entityId, now }: ScheduleContext, signal: AbortSignal): Promise<ScheduleResult> {
  return checkCertificate(new URL(entityId), now(), signal)
}

async function verifyAudit({ installation }: ScheduleContext): Promise<ScheduleResult> {
  if (!installation) throw new TypeError('Only the first anchor verifies the audit log.')
  const { checked, fault } = await verifyAuditLog(installation)
  if (fault !== null) return { message: fault, isFault: true }
  return { message: `${checked} entries are unchanged.` }
}

async function pruneOld({ db, installation, now }: ScheduleContext): Promise<ScheduleResult> {
  const { runs, objects } = await prune(db, now())
  if (!installation) return { message: `Deleted ${runs} runs and ${objects} published objects.` }
  const { sessions, auditEvents } = await pruneInstallation(installation, now())
  return {
    message: `Deleted ${runs} runs, ${objects} published objects, ${sessions} sessions and ${auditEvents} audit events.`,
  }
}
