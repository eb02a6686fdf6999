/** Trust Marks: issuing, delegating and validating them (§7). */
import { type Chapter, must, notOurs, testsIn } from './requirement.ts'

const mark = testsIn('core/trust-mark/trust-mark')
const delegation = testsIn('core/trust-mark/delegation')
const jws = testsIn('core/jws')
const resolved = testsIn('federation/resolver/trust-marks')
const lists = testsIn('federation/resolver/trust-mark-lists')
const foreign = testsIn('federation/resolver/foreign-trust-mark')
const endpoint = testsIn('federation/routes/trust-mark')
const issued = testsIn('server/trust-mark/trust-mark')
const owned = testsIn('server/trust-mark/owner')
const markType = testsIn('server/trust-mark/type')

const DROPPED = 'a mark %s only drops itself'

export const trustMarks: Chapter = {
  title: 'Trust Marks (§7)',
  requirements: [
    must(
      '7',
      'A Trust Mark is a signed JWT of the typ trust-mark+jwt, and names its key in kid.',
      issued('serves an issued mark with its type, subject and validity'),
      endpoint('sends the mark of the subject (§8.6.2)'),
      jws('makes a JWT that jose verifies with %s'),
    ),
    must(
      '7',
      'A Trust Mark whose typ is missing or not recognized is rejected.',
      mark('refuses %s', 'step 2: another typ'),
      jws('refuses %s', 'no typ'),
    ),
    must(
      '7',
      "A Trust Mark is signed with one of its issuer's Federation Entity Keys.",
      issued('serves an issued mark with its type, subject and validity'),
    ),
    must(
      '7, 7.3',
      'The issuer of a Trust Mark is an Entity of the federation, to which a Trust Chain leads.',
      resolved('includes a mark of another issuer that a Trust Chain vouches for'),
      resolved(DROPPED, 'by an issuer without a Trust Chain'),
    ),
    must(
      '7.1',
      'iss, sub, trust_mark_type and iat stand in every Trust Mark.',
      mark('refuses %s', '§7.1: no iss', '§7.1: no sub', '§7.1: no trust_mark_type', '§7.1: no iat'),
      mark('builds what can be parsed, in whole seconds'),
    ),
    notOurs(
      '7.1',
      'A type identifier does not collide with that of another federation.',
      'Whoever names a type chooses it; any text is taken here.',
    ),
    must(
      '7.1',
      'logo_uri and ref are URLs.',
      mark('refuses a %s that is no URL', 'logo_uri', 'ref'),
      mark('refuses a malformed %s', 'logo_uri', 'ref'),
    ),
    notOurs('7.1', 'logo_uri leads to a valid image.', 'Nothing is fetched from it; the operator states it.'),
    must(
      '7.2',
      'The owner of a type that others issue is named by the Trust Anchor.',
      markType('names the owner in the Entity Configuration'),
    ),
    must(
      '7.2.1',
      'A delegation has the typ trust-mark-delegation+jwt and a kid, and is rejected with another typ.',
      testsIn('federation/process/delegate')('signs what verifies with the key of the owner (§7.2.1)'),
      delegation('refuses %s', 'step 2: another typ'),
      jws('refuses %s', 'no kid'),
    ),
    must(
      '7.2.1',
      'iss, sub, trust_mark_type and iat stand in every delegation.',
      delegation('refuses %s', '§7.2.1: no iss', '§7.2.1: no sub', '§7.2.1: no type', '§7.2.1: no iat'),
      delegation('holds whole seconds and what was given'),
    ),
    must(
      '7.2.2 steps 1-3',
      'A delegation is a signed JWT with an acceptable alg.',
      mark('refuses a malformed %s', 'delegation'),
      jws('refuses %s', 'the alg none', 'two parts'),
    ),
    must(
      '7.2.2 step 4',
      'The delegation is for the issuer of the mark.',
      delegation('refuses %s', 'step 4: another issuer'),
      mark('is refused with one that does not hold (step 9)'),
    ),
    must(
      '7.2.2 step 5',
      'The delegation is by the owner that the Trust Anchor names.',
      delegation('refuses %s', 'step 5: another owner'),
    ),
    must(
      '7.2.2 steps 6, 7',
      'The delegation was issued in the past and has not expired.',
      delegation('refuses %s', 'step 6: one from the future', 'step 7: one that expired'),
      delegation('accepts one that never expires'),
    ),
    must(
      '7.2.2 step 8',
      'The delegation is for the type of the mark.',
      delegation('refuses %s', 'step 8: another type'),
    ),
    must(
      '7.2.2 step 9',
      'The delegation verifies with a key of the owner that the Trust Anchor states.',
      delegation('refuses the signature of another key (step 9)'),
      resolved('wants a delegation by the owner of the type (§7.2)'),
    ),
    must(
      '7.3 steps 1-3',
      'What is no signed JWT with the typ of a mark and an acceptable alg is no Trust Mark.',
      mark('refuses %s', 'step 2: another typ'),
      jws('refuses %s', 'the alg none', 'two parts'),
    ),
    must(
      '7.3 step 4',
      'A mark counts only for the Entity that it is about.',
      mark('refuses %s', 'step 4: another subject'),
      resolved(DROPPED, 'about somebody else'),
    ),
    must(
      '7.3 steps 5, 6',
      'A mark was issued in the past and has not expired, if it expires at all.',
      mark('refuses %s', 'step 5: one from the future', 'step 6: one that expired'),
      mark('accepts a mark that never expires'),
      resolved(DROPPED, 'that has expired'),
    ),
    must(
      '7.3 step 7',
      "A mark verifies with its issuer's key, as the Trust Chain states it.",
      mark('refuses the signature of another key (step 7)'),
      resolved(DROPPED, 'signed with a foreign key'),
    ),
    must(
      '7.3 step 8',
      'A mark of a type with an owner has a delegation, the mark of the owner too.',
      mark('needs a delegation (step 8), also where the owner issues it'),
      resolved('wants a delegation by the owner of the type (§7.2)'),
      owned('has marks with the delegation of the owner, also after they are renewed'),
    ),
    must(
      '7.3 step 9',
      'A mark with a delegation that does not hold is invalid.',
      mark('is refused with one that does not hold (step 9)'),
      mark('refuses %s', 'step 9: a delegation that nobody can verify'),
    ),
    must(
      '7.3, 7.2.2',
      'The Trust Anchor whose lists count is the one under which trust in the issuer was found.',
      lists(
        'an issuer counts only under the Trust Anchor whose lists name it, whatever others vouch for (§7.3)',
      ),
      lists('the issuers that count are those of the Trust Anchor (§3.1.2)'),
      lists('the owners that count are those of the Trust Anchor (§3.1.2)'),
    ),
    must(
      '8.3',
      'A resolver finds every mark of a recognized type active before it passes it on.',
      resolved('drops a mark of ours that the subject still carries after its revocation'),
      resolved(DROPPED, 'in our name that we never issued'),
      foreign('asks the issuer, once for each mark'),
      foreign('a mark that is %s only drops itself', 'revoked', 'expired', 'unknown to its issuer'),
    ),
    must(
      '8.3.2',
      'A resolver passes on only marks whose issuers the Trust Anchor trusts for the type.',
      resolved(
        DROPPED,
        'of a type that the anchor does not recognize',
        'by an issuer who may not issue the type',
      ),
    ),
    must(
      '8.4',
      'A status response with another typ, or of another signer than the issuer, is rejected.',
      foreign('a status that is %s counts for nothing', 'signed with another key', 'of another type'),
      foreign('a mark that is %s only drops itself', 'answered for by somebody else', 'mistaken for another'),
    ),
  ],
}
