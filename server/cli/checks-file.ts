/** Reads the checks of a pipeline from a file, or from standard input. */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { formatPath } from '#core/path.ts'
import { ConfigurationError } from '#federation/config/error.ts'
import { findWebUrlFault } from '#server/cli/parse.ts'
import { findInputFault } from '#server/schema/input-fault.ts'
import { pipelineCheckNames } from '#server/services/request/pipeline/check-names.ts'
import { failureRules, type PipelineCheckInput } from '#server/services/request/pipeline/input.ts'

const list = z.array(z.string()).nullish()

/** As the API accepts them; the service knows which field is for which check. */
const checks = z.array(
  z.strictObject({
    check: z.enum(pipelineCheckNames),
    onFailure: z.enum(failureRules).nullish(),
    trustMarkTypes: z
      .array(z.string().refine((url) => findWebUrlFault(url) === undefined, 'Invalid URL'))
      .nullish(),
    requiresAll: z.boolean().nullish(),
    entityIds: list,
    tags: list,
    url: z.string().nullish(),
    text: z.string().nullish(),
  }),
) satisfies z.ZodType<PipelineCheckInput[]>

/** `-` is standard input. @throws ConfigurationError that names the place of the fault */
export async function readChecks(file: string): Promise<PipelineCheckInput[]> {
  const name = file === '-' ? 'Standard input' : file
  const value = parseJson(await readText(file), name)
  const fault = findInputFault(value)
  if (fault)
    throw new ConfigurationError(`${name}: ${formatPath(fault.path) || 'the list'} ${fault.finding}.`)
  const parsed = checks.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const path = formatPath(issue?.path.map((part) => (typeof part === 'number' ? part : String(part))) ?? [])
  throw new ConfigurationError(`${name} is not a list of checks: ${path && `${path}: `}${issue?.message}.`)
}

async function readText(file: string): Promise<string> {
  if (file === '-') return text(process.stdin)
  try {
    return await readFile(file, 'utf8')
  } catch {
    throw new ConfigurationError(`${file} cannot be read. --from needs a JSON file, or - for standard input.`)
  }
}

function parseJson(content: string, name: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    throw new ConfigurationError(
      `${name} is not JSON. Write a list of checks, as \`checks list --json\` does.`,
    )
  }
}
