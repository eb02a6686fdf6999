/** Strings, audiences, keys and limits (§2, §11, §16, §18). */
import { type Chapter, must, notOurs, testsIn } from './requirement.ts'

const identifier = testsIn('core/entity-id')
const json = testsIn('core/json')
const jws = testsIn('core/jws')
const keys = testsIn('core/keys')
const chain = testsIn('core/trust-chain/validate')
const collect = testsIn('core/trust-chain/collect')
const bounds = testsIn('core/trust-chain/collect-bounds')
const fetch = testsIn('federation/routes/fetch')
const fetcher = testsIn('federation/fetcher/fetcher')
const keyDirectory = testsIn('federation/store/key-directory')

export const security: Chapter = {
  title: 'Keys, strings and limits (§11, §15-18)',
  requirements: [
    must(
      '11.2',
      'A new key stands beside the old one until everybody has learned of it.',
      chain('accepts the keys of a rollover side by side (§11.2)'),
      keyDirectory(
        'publishes the current, the announced and the earlier keys, each once and without private parts',
      ),
    ),
    must(
      '15',
      'Media types are sent without parameters, and read in any case and with parameters.',
      fetch('sends the Subordinate Statement about the subject (§8.1.2)'),
      fetcher('is accepted with its media type %s (§15)', 'in another case', 'with parameters'),
    ),
    must(
      '16',
      'Strings are compared code point by code point, without normalization.',
      identifier('returns %s unchanged (§16)', 'https://a.example/', 'HTTPS://A.example:443'),
      fetch('identifiers are compared code point by code point (§16)'),
      json('%j and %j: %s'),
    ),
    must(
      '17.1',
      'Authority hints that lead in circles end neither the search nor another path.',
      collect('lead back to where they come from: a loop is left (§10.1)'),
      bounds('hold where everybody hints at everybody'),
    ),
    must(
      '18.1',
      'Authority hints, depth, statements and chains are bounded in one run.',
      bounds('%s', 'authority hints', 'depth', 'fetches'),
    ),
    must(
      '3, 18',
      'The alg of a signature suits the key; none and symmetric algorithms never pass.',
      jws('refuses %s', 'a key for another alg', 'a key of another type', 'the alg none', 'a symmetric alg'),
      keys('refuses %s', 'a symmetric key'),
    ),
    notOurs(
      '18.2',
      'Error responses are not trusted.',
      'Nothing is concluded from them but that there is no statement; the text says no more than that.',
    ),
  ],
}
