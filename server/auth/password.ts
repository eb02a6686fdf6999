/** Checks a new password: its length, how soon it is guessed, and that it is not made of its owner's name. */
import { MAXIMUM_PASSWORD_LENGTH, MINIMUM_PASSWORD_LENGTH, WITHOUT_ADDRESS } from '#server/auth/credential.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'

/** The user who will have the password. */
export type PasswordOwner = { username: string | null; name: string; email: string }

/** Scores up to this one mean at most 10^6 guesses. */
const GUESSABLE_SCORE = 1
/** Shorter words are in many good passwords by chance. */
const SHORTEST_WORD = 3
const LONGEST_NAME = 200

/** @throws InvalidInputError */
export async function checkPassword(
  password: string,
  owner: PasswordOwner,
  field = 'password',
): Promise<void> {
  // Checked first: it also bounds the time of the estimate.
  if (password.length < MINIMUM_PASSWORD_LENGTH || password.length > MAXIMUM_PASSWORD_LENGTH)
    throw new InvalidInputError(
      `The password must have ${MINIMUM_PASSWORD_LENGTH} to ${MAXIMUM_PASSWORD_LENGTH} characters.`,
      field,
    )
  const { check } = await estimator()
  const { score, sequence } = check(password, wordsOf(owner))
  const others = sequence.filter(({ dictionaryName }) => dictionaryName !== 'userInputs')
  const isOwn = others.length < sequence.length
  if (isOwn && check(others.map(({ token }) => token).join('')).score <= GUESSABLE_SCORE)
    throw new InvalidInputError(
      'This password is made of the user’s name or e-mail address. Choose one that does not contain them.',
      field,
    )
  if (score <= GUESSABLE_SCORE)
    throw new InvalidInputError(
      'This password is easy to guess. Use several unrelated words, or let a password manager make one.',
      field,
    )
}

type Estimator = {
  check(
    password: string,
    words?: string[],
  ): { score: number; sequence: { token: string; dictionaryName?: string }[] }
}

let loading: Promise<Estimator> | undefined

/** Loaded at the first password, because the dictionaries take a tenth of a second and some megabytes. */
function estimator(): Promise<Estimator> {
  loading ??= load()
  return loading
}

async function load(): Promise<Estimator> {
  const [{ ZxcvbnFactory }, { dictionary, adjacencyGraphs }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ])
  const factory = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs })
  return { check: (password, words = []) => factory.check(password, words) }
}

function wordsOf({ username, name, email }: PasswordOwner): string[] {
  const address = email.endsWith(WITHOUT_ADDRESS) ? '' : email
  const wholes = [username ?? '', name.slice(0, LONGEST_NAME), address, address.split('@', 1)[0] ?? '']
  const words = [
    ...wholes,
    ...wholes.slice(0, 3).flatMap((whole) => whole.split('@', 1)[0]?.split(/[^\p{L}\p{N}]+/u) ?? []),
  ]
  return [...new Set(words)].filter(({ length }) => length >= SHORTEST_WORD)
}
