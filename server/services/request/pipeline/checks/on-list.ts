/** Whether the entity, or its organization by a tag, is on the list of the operators. */
import { tagKey } from '#server/services/annotation.ts'
import { type Facts, type Finding, fail, pass } from '#server/services/request/pipeline/facts.ts'
import type { PipelineCheck } from '#server/services/request/pipeline/input.ts'

type Asked = Extract<PipelineCheck, { check: 'ON_LIST' }>

/** The tags are the operators’ own: a member does not read which they are. */
export function checkList({ entityId, organization }: Facts, { entityIds, tags }: Asked): Finding {
  if (entityIds.includes(entityId)) return pass('The entity is on the list.')
  const keys = tags.map(tagKey)
  if (organization?.tagKeys.some((key) => keys.includes(key))) return pass('Its organization is on the list.')
  if (tags.length === 0) return fail('The entity is not on the list.')
  return fail('Neither the entity nor its organization is on the list.')
}
