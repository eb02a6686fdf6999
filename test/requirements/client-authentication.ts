/** Client authentication at federation endpoints (§8.8). */
import { type Chapter, must, testsIn } from './requirement.ts'

const clients = testsIn('federation/routes/client-authentication')
const status = testsIn('federation/routes/trust-mark-status')

export const clientAuthentication: Chapter = {
  title: 'Client authentication (§8.8)',
  requirements: [
    must(
      '8.8',
      'Clients do not authenticate unless the metadata of the endpoint says so.',
      clients('takes no POST by default'),
    ),
    must(
      '8.8',
      'A request with client authentication is a POST with all parameters in its body.',
      clients('takes both where authentication is optional, but no POST without it'),
      clients('takes a POST with or without authentication, as published'),
      status('takes a POST with a form and nothing else (§8.4.1)'),
    ),
    must(
      '8.8',
      'A client that does not authenticate where that is required is refused.',
      clients('refuses who does not authenticate where that is required'),
    ),
    must(
      '8.8',
      'The assertion is signed with a Federation Entity Key of the client, which a Trust Chain vouches for.',
      clients('%s', 'signed with a foreign key', 'signed with an unknown key', 'by a stranger'),
      clients(
        'accepts clients that hang below an Intermediate, or below another anchor whose keys are pinned',
      ),
    ),
    must(
      '8.8',
      'aud of the assertion is our Entity Identifier, and nothing else or beside it.',
      clients(
        '%s',
        'for another audience',
        'for the endpoint instead of the Entity',
        'for a further audience',
        'without an audience',
      ),
    ),
    must(
      '8.8',
      'iss and sub of the assertion are the client, exp lies ahead, and jti is used once.',
      clients('%s', 'whose issuer is not its subject', 'without a jti', 'without exp', 'that has expired'),
      clients('that was used before, also at another process'),
    ),
  ],
}
