/** Runs before each test file, also where files share a worker: ends with the file what its tests have left running. */
import { afterAll } from 'vitest'
import { removeInstallations } from '#test/helpers/product.ts'
import { endPrograms } from '#test/helpers/program.ts'

afterAll(async () => {
  await endPrograms()
  await removeInstallations()
})
