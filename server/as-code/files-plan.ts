/** The plan of configuration files: what they describe is what their sets own from the application on. */
import type { GraphQLSchema } from 'graphql'
import type { FileObject as Row } from '#prisma/generated/client/client.ts'
import { type Finding, refuseFaulty, toFaults } from '#server/as-code/fault.ts'
import {
  amountsToTake,
  explainWithdrawal,
  findOwnedByOthers,
  ownedAndGone,
  readApplied,
} from '#server/as-code/ownership.ts'
import type { NamedText } from '#server/as-code/parse-text.ts'
import { readFiles } from '#server/as-code/read-files.ts'
import { type Described, parseAll } from '#server/as-code/wanted.ts'
import type { ScheduleWriter } from '#server/plan/kind/row.ts'
import { kinds } from '#server/plan/kinds.ts'
import { comparePlan, type Plan, type PlanContext } from '#server/plan/plan.ts'
import type { Fields, Section } from '#server/plan/section.ts'
import type { Finding as PlanFinding } from '#server/plan/wanted.ts'
import { nameOf } from '#server/services/file-object/changed-object.ts'
import { withdrawalIn } from '#server/services/file-object/withdrawal.ts'
import type { ProtectedOperation } from '#server/services/protection/operation.ts'

export type FilesPlan = Plan & {
  /** What the files describe. */
  described: readonly Described[]
  /** The names of the sets. */
  sets: readonly string[]
  /** What it amounts to that the files describe what they did not before, by sections. */
  taken: ReadonlyMap<Section, ReadonlySet<ProtectedOperation>>
}

export type FilesContext = PlanContext & {
  schema: GraphQLSchema
  scheduleChanges: Pick<ScheduleWriter, 'check'>
}

export type PlanOptions = {
  /** Removes what the sets of the files owned before and describe no longer. */
  prune?: boolean
  /** The files are about the installation. The context is that of the first anchor. */
  isOfInstallation?: boolean
}

/** @throws PlanFaultsError */
export async function planFiles(
  context: FilesContext,
  files: readonly NamedText[],
  { prune = false, isOfInstallation = false }: PlanOptions = {},
): Promise<FilesPlan> {
  const { db, slug, schema, caller } = context
  const anchor = isOfInstallation ? null : slug
  const { objects: read, sets } = await readFiles(files, schema, anchor)
  const objects = await parseAll(context, read)
  const described = [...objects.values()].flatMap((some) => [...some.values()])
  const applied = await readApplied(db, described)
  const { existing, faults, warnings, ...plan } = await comparePlan<Described>(context, {
    anchor,
    objects,
    isOfFiles: true,
    removed: prune ? await ownedAndGone(db, { isOfInstallation, sets }, objects) : [],
    leaves: (object, changed) => explain(object, changed, applied.get(nameOf(object))),
  })
  await refuseFaulty([...findOwnedByOthers(described, applied), ...faults.map(inFile)])
  const taken = Map.groupBy(existing, ({ section }) => section)
  const amounts = [...taken].map(([section, some]) => {
    const all = some.flatMap((object) => amountsToTake(object, applied.get(nameOf(object)), caller))
    return [section, new Set(all)] as const
  })
  return {
    ...plan,
    warnings: await toFaults(warnings.map(inFile)),
    described,
    sets: [...sets],
    taken: new Map(amounts),
  }
}

/** An object that a person withdrew stays withdrawn. */
function explain({ section }: Described, changed: Fields, before: Row | undefined): string | null {
  const isActivated = withdrawalIn(changed) === false
  return isActivated && before ? explainWithdrawal(before, kinds[section].noun) : null
}

const inFile = ({ object, path, message }: PlanFinding<Described>): Finding => ({
  file: object.file,
  path: [...object.path, ...path],
  message,
})
