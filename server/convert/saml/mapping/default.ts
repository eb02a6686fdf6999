/** The mapping table that `inmor convert saml --print-mapping` prints, to be edited. */

export const defaultMapping = `# The mapping table of "inmor convert saml". Edit a copy, and give it with --mapping.

# The languages of names, the preferred one first. Without a name in these, the first name in the metadata counts.
languages: [en]

# The entities that are read: identity providers (idp), services (sp) or attribute authorities (aa), and their registrars
# (registrationAuthority), such as [https://www.swamid.se/]. An empty list: all.
roles: []
registrars: []

# The Trust Mark types that are proposed for the values of entity attributes. Each is written if an entity has the value.
# Fields are those of a type in a configuration file. A type that is not active is not published: set active to true, here,
# for those that your federation issues. null: the value is known, and no type is proposed.
entity-category:
  http://refeds.org/category/research-and-scholarship:
    type: http://refeds.org/category/research-and-scholarship
    description: REFEDS Research and Scholarship
    ref: https://refeds.org/category/research-and-scholarship
    active: false
  http://www.geant.net/uri/dataprotection-code-of-conduct/v1:
    type: http://www.geant.net/uri/dataprotection-code-of-conduct/v1
    description: GÉANT Data Protection Code of Conduct, version 1
    active: false
  https://refeds.org/category/code-of-conduct/v2:
    type: https://refeds.org/category/code-of-conduct/v2
    description: REFEDS Data Protection Code of Conduct, version 2
    ref: https://refeds.org/category/code-of-conduct/v2
    active: false
  https://refeds.org/category/anonymous:
    type: https://refeds.org/category/anonymous
    description: REFEDS Anonymous Access
    ref: https://refeds.org/category/anonymous
    active: false
  https://refeds.org/category/pseudonymous:
    type: https://refeds.org/category/pseudonymous
    description: REFEDS Pseudonymous Access
    ref: https://refeds.org/category/pseudonymous
    active: false
  https://refeds.org/category/personalized:
    type: https://refeds.org/category/personalized
    description: REFEDS Personalized Access
    ref: https://refeds.org/category/personalized
    active: false
  http://refeds.org/category/hide-from-discovery: null
entity-category-support: {}
assurance-certification:
  https://refeds.org/sirtfi:
    type: https://refeds.org/sirtfi
    description: REFEDS Sirtfi, version 1
    ref: https://refeds.org/sirtfi
    active: false
  https://refeds.org/sirtfi2:
    type: https://refeds.org/sirtfi2
    description: REFEDS Sirtfi, version 2
    ref: https://refeds.org/sirtfi
    active: false

# The role of a contact by its type in the metadata: TECHNICAL, SECURITY or ADMINISTRATIVE. Types that are not here are left
# out. "security" is the security contact of REFEDS.
contacts:
  technical: TECHNICAL
  administrative: ADMINISTRATIVE
  security: SECURITY

# The tags of organizations, by the roles of their entities. null: no tag.
tags:
  idp: saml-idp
  sp: saml-sp
  aa: saml-aa

# The country of organizations by their registrar. Others have the country in the name of the registrar’s host, such as SE for
# www.swamid.se; null: no country.
countries:
  https://incommon.org: US
  https://colfire.co: CO

# The Entity Identifier of an entity by its entityID, where the two differ. null: the entity is left out.
entityIds: {}
`
