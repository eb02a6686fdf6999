/** The signing keys: the steps of a rollover, and what follows from them for Trust Marks. */
import { testsIn } from '#test/requirements/requirement.ts'
import type { MutationCases } from './mutation.ts'

const rollover = testsIn('server/key/rollover')
const refusals = testsIn('server/key/refusals')
const readOnly = testsIn('server/key/read-only')
const reissue = testsIn('server/trust-mark/reissue')

const startedRun = testsIn('server/run/run-start')(
  'starts no %s beside another one, and records who started one',
  'reissueTrustMarks',
)
const recorded = rollover('keeps a record of who did what')
const withOneKey = refusals('refuses %s %j')
const ofTheSigner = refusals('refuses %s of the key that signs')
const recentSignIn = (mutation: string) => ({
  ReauthenticationRequiredError: refusals('%s wants a recent sign-in of a session', mutation),
})
const fileFailures = {
  KeyDirectoryReadOnlyError: readOnly('%s fails with the reason, and changes nothing'),
  UnavailableError: refusals('changes nothing when a file cannot be written, and says which'),
}

export const signingKeys: readonly MutationCases[] = [
  {
    mutation: 'announceSigningKey',
    success: rollover('announces: the key is published, and nothing is signed with it'),
    failures: {
      ConflictError: refusals('refuses to announce another, and to retire the announced one'),
      ...fileFailures,
      ...recentSignIn('announceSigningKey'),
    },
    audit: recorded,
  },
  {
    mutation: 'switchSigningKey',
    success: rollover(
      'switches when that time has come: all is signed anew, and what was signed before still verifies',
    ),
    failures: {
      NotFoundError: withOneKey,
      UnsafeKeyChangeError: rollover(
        'does not switch before every Entity Configuration without the key has expired',
      ),
      ...fileFailures,
      ...recentSignIn('switchSigningKey'),
    },
    audit: recorded,
  },
  {
    mutation: 'retireKey',
    success: rollover('leaves the old key in the history, with which the replaced mark can still be judged'),
    failures: {
      ConflictError: ofTheSigner,
      NotFoundError: withOneKey,
      UnsafeKeyChangeError: rollover('does not retire a key that a published mark needs'),
      ...fileFailures,
      ...recentSignIn('retireKey'),
    },
    audit: recorded,
  },
  {
    mutation: 'revokeKey',
    success: refusals('in an emergency replaces a key that signs by one made now, of the same kind'),
    failures: {
      InvalidInputError: withOneKey,
      ConflictError: refusals('revokes an announced key, which is published no longer'),
      NotFoundError: withOneKey,
      UnsafeKeyChangeError: ofTheSigner,
      ...fileFailures,
      ...recentSignIn('revokeKey'),
    },
    audit: refusals('keeps in the log what was revoked, why, and what signs instead'),
  },
  {
    mutation: 'publishHistoricalKeys',
    success: refusals('publishes the history anew on request, with an entry in the log'),
    failures: {},
    audit: refusals('publishes the history anew on request, with an entry in the log'),
  },
  {
    mutation: 'reissueTrustMarks',
    success: reissue(
      'signs those of one type anew, until when they were valid; the JWT before keeps its status',
    ),
    failures: {
      ConflictError: startedRun,
      NotFoundError: reissue('knows no type that does not exist'),
    },
    audit: startedRun,
  },
]
