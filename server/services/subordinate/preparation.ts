/** Decides registrations and updates before they are written: parses the input and examines the entity. */
import { parseEntityId } from '#core/entity-id.ts'
import { readSettings } from '#server/database/settings.ts'
import type { Settings } from '#server/database/typed-row.ts'
import {
  ConflictError,
  createVersionConflict,
  DuplicateError,
  parseField,
} from '#server/error/operation-error.ts'
import type { ServiceContext } from '#server/services/context.ts'
import type { Candidate, Examine } from '#server/services/entity/examiner.ts'
import { checkWrittenMetadata } from '#server/services/entity/written-metadata.ts'
import { requireOrganization } from '#server/services/organization/organization.ts'
import { parsePatch } from '#server/services/patch.ts'
import {
  type RegisterInput,
  subordinateFields,
  type UpdateInput,
} from '#server/services/subordinate/input.ts'
import { accepted } from '#server/services/subordinate/rejection.ts'
import { emptyRegistration, findSubordinate } from '#server/services/subordinate/row.ts'
import { updatedColumns } from '#server/services/subordinate/update.ts'

/** `fetch` as of a candidate; `settings`: others than the present ones. */
type Under = { fetch?: Candidate['fetch'] | undefined; settings?: Settings | undefined }

export function createPreparation(
  { db, entityId: anchor, allowHttp, now }: ServiceContext,
  examine: Examine,
) {
  return {
    /** Everything that decides a registration. @throws ConflictError, InvalidInputError, EntityRejectedError */
    async registration(input: RegisterInput, { fetch, settings: given }: Under = {}) {
      const { entityId: written, active: _active, keysCompared: _compared, ...fieldsGiven } = input
      const entityId = parseField('entityId', () => parseEntityId(written, { allowHttp }))
      const existing = await db.subordinate.findUnique({ where: { entityId } })
      if (existing) {
        const { id } = existing
        throw new DuplicateError(
          { typename: 'Subordinate', id },
          `${entityId} is already registered.`,
          'entityId',
        )
      }
      if (entityId === anchor)
        throw new ConflictError('The Trust Anchor cannot be its own subordinate.', 'entityId')
      const settings = given ?? (await readSettings(db))
      const fields = parsePatch(subordinateFields, fieldsGiven, settings)
      const registration = { ...emptyRegistration, ...fields }
      const { jwks, metadata, forcedMetadata } = fields
      await requireOrganization(db, fields.organizationId)
      checkWrittenMetadata('metadata', metadata)
      checkWrittenMetadata('forcedMetadata', forcedMetadata)
      const candidate = { entityId, settings, registration, jwks, registered: false }
      const result = await examine(fetch ? { ...candidate, fetch } : candidate)
      const statement = accepted(result, { subject: 'entityId', fields })
      return { entityId, fields, statement, examination: result }
    },

    /** Everything that decides an update. @throws NotFoundError, ConflictError, InvalidInputError, EntityRejectedError */
    async update({ id, version, ...fieldsGiven }: UpdateInput, { fetch, settings: given }: Under = {}) {
      const settings = given ?? (await readSettings(db))
      const fields = parsePatch(subordinateFields, fieldsGiven, settings)
      const present = await findSubordinate(db, id)
      if (version != null && version !== present.version) throw createVersionConflict(version)
      await requireOrganization(db, fields.organizationId)
      checkWrittenMetadata('metadata', fields.metadata, present.metadata)
      checkWrittenMetadata('forcedMetadata', fields.forcedMetadata, present.forcedMetadata)
      const examineIt: Examine = (candidate) => examine(fetch ? { ...candidate, fetch } : candidate)
      return { present, fields, ...(await updatedColumns(examineIt, present, fields, settings, now())) }
    },
  }
}

export type Preparation = ReturnType<typeof createPreparation>
