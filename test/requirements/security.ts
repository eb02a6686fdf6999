/** Strings, audiences, keys and limits (§2, §11, §16, §18). */
import { notOurs } from './requirement.ts'

export const security = {
  '11.2/overlap': 'A new key stands beside the old one until everybody has learned of it.',
  '15/media-types': 'Media types are sent without parameters, and read in any case and with parameters.',
  '16/code-points': 'Strings are compared code point by code point, without normalization.',
  '17.1/circles': 'Authority hints that lead in circles end neither the search nor another path.',
  '18.1/bounds': 'Authority hints, depth, statements and chains are bounded in one run.',
  '18/alg': 'The alg of a signature suits the key; none and symmetric algorithms never pass.',
  '18.2/foreign-errors': notOurs(
    'Error responses are not trusted.',
    'Nothing is concluded from them but that there is no statement; the text says no more than that.',
  ),
} as const
