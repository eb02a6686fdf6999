/** Trust Marks: issuing, delegating and validating them (§7). */
import { notOurs } from './requirement.ts'

export const trustMarks = {
  '7/kid': 'A Trust Mark is a signed JWT of the typ trust-mark+jwt, and names its key in kid.',
  '7/typ': 'A Trust Mark whose typ is missing or not recognized is rejected.',
  '7/federation-key': "A Trust Mark is signed with one of its issuer's Federation Entity Keys.",
  '7/issuer-chain':
    'The issuer of a Trust Mark is an Entity of the federation, to which a Trust Chain leads (§7.3).',
  '7.1/required-claims': 'iss, sub, trust_mark_type and iat stand in every Trust Mark.',
  '7.1/no-collision': notOurs(
    'A type identifier does not collide with that of another federation.',
    'The creator of a type chooses its identifier; any text is accepted.',
  ),
  '7.1/urls': 'logo_uri and ref are URLs.',
  '7.1/image': notOurs(
    'logo_uri leads to a valid image.',
    'Nothing is fetched from it; the operator states it.',
  ),
  '7.2/owner': 'The owner of a type that others issue is named by the Trust Anchor.',
  '7.2.1/typ':
    'A delegation has the typ trust-mark-delegation+jwt and a kid, and is rejected with another typ.',
  '7.2.1/required-claims': 'iss, sub, trust_mark_type and iat stand in every delegation.',
  '7.2.2/steps-1-3': 'A delegation is a signed JWT with an acceptable alg.',
  '7.2.2/step-4': 'The delegation is for the issuer of the mark.',
  '7.2.2/step-5': 'The delegation is by the owner that the Trust Anchor names.',
  '7.2.2/steps-6-7': 'The delegation was issued in the past and has not expired (§7).',
  '7.2.2/step-8': 'The delegation is for the type of the mark.',
  '7.2.2/step-9': 'The delegation verifies with a key of the owner that the Trust Anchor states.',
  '7.3/steps-1-3': 'What is no signed JWT with the typ of a mark and an acceptable alg is no Trust Mark.',
  '7.3/step-4': 'A mark counts only for the Entity that it is about.',
  '7.3/steps-5-6': 'A mark was issued in the past and has not expired, if it expires at all (§6).',
  '7.3/step-7': "A mark verifies with its issuer's key, as the Trust Chain states it.",
  '7.3/step-8': 'A mark of a type with an owner has a delegation, the mark of the owner too.',
  '7.3/step-9': 'A mark with a delegation that does not hold is invalid.',
  '7.3/anchor':
    'The Trust Anchor whose lists count is the one under which trust in the issuer was found (§7.2.2).',
  '8.3/active-marks': 'A resolver finds every mark of a recognized type active before it passes it on.',
  '8.3.2/trusted-issuers':
    'A resolver passes on only marks whose issuers the Trust Anchor trusts for the type.',
  '8.4/foreign-status':
    'A status response with another typ, or of another signer than the issuer, is rejected.',
} as const
