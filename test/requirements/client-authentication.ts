/** Client authentication at federation endpoints (§8.8). */

export const clientAuthentication = {
  '8.8/default': 'Clients do not authenticate unless the metadata of the endpoint says so.',
  '8.8/post': 'A request with client authentication is a POST with all parameters in its body.',
  '8.8/required': 'A client that does not authenticate where that is required is refused.',
  '8.8/signature':
    'The assertion is signed with a Federation Entity Key of the client, which a Trust Chain authenticates.',
  '8.8/aud': 'aud of the assertion is our Entity Identifier, and nothing else or beside it.',
  '8.8/claims': 'iss and sub of the assertion are the client, exp lies ahead, and jti is used once.',
} as const
