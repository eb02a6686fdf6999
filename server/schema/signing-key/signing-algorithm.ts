/** The algorithms of signing keys by the names of the API. */
import { signingAlgorithms } from '#core/keys.ts'
import { builder } from '#server/schema/builder.ts'

export const SigningAlgorithm = builder.enumType('SigningAlgorithm', {
  description: 'An algorithm of signing keys.',
  values: Object.fromEntries(
    signingAlgorithms.map((alg) => [
      alg.toUpperCase().replaceAll('-', '_'),
      { value: alg, description: `${alg} of the JOSE registry.` },
    ]),
  ),
})
