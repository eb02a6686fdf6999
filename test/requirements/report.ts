/**
 * Prints how many requirements each chapter has, and those that no test shows: `node test/requirements/report.ts`.
 * Ends with exit code 1 when there are any, or when a test that the tables name does not exist.
 */
import { chapters } from './chapters.ts'
import { brokenReferences, untested } from './check.ts'

for (const chapter of chapters) {
  const { title, requirements } = chapter
  const others = requirements.filter(({ notOurs }) => notOurs !== undefined).length
  const missing = untested(chapter)
  const shown = requirements.length - others - missing.length
  console.info(`${title}: ${requirements.length} requirements, ${shown} tested, ${others} not ours`)
  for (const { section, requirement } of missing) console.info(`  no test  §${section}  ${requirement}`)
  const broken = brokenReferences(chapter)
  for (const fault of broken) console.info(`  broken   ${fault}`)
  if (missing.length + broken.length > 0) process.exitCode = 1
}
