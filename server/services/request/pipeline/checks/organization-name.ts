/** Whether the entity names the organization as it is recorded here (§5.2.2). */
import { type Facts, type Finding, fail, pass } from '#server/services/request/pipeline/facts.ts'

export function checkOrganizationName({ organization, metadata }: Facts): Finding {
  if (!organization) return fail('The request is of no organization that is recorded here.')
  // With a language tag, it is the name in another language (§14).
  const declared = Object.values(metadata).flatMap((parameters) =>
    Object.entries(parameters)
      .filter(([name]) => name.split('#', 1)[0] === 'organization_name')
      .map(([, value]) => value),
  )
  const names = declared.filter((value): value is string => typeof value === 'string')
  const { name } = organization
  if (names.some((declaredName) => comparable(declaredName) === comparable(name)))
    return pass(`Its organization_name is ${name}.`)
  const [other] = names
  if (other === undefined) return fail(`It declares no organization_name. It must be ${name}.`)
  return fail(`Its organization_name is ${JSON.stringify(other.slice(0, 200))}. It must be ${name}.`)
}

const comparable = (name: string) => name.normalize('NFKC').trim().replaceAll(/\s+/g, ' ').toLowerCase()
