/** Constraints on what stands below a Superior (§6.2). */

export const constraints = {
  '6.2/every-statement':
    'Each statement of a chain is held to its own constraints; one that fails makes the chain invalid.',
  '6.2/unknown-ignored': 'Constraints that are not understood are ignored.',
  '6.2.1/whole-number': 'max_path_length is a whole number of at least 0.',
  '6.2.1/intermediates': 'Between issuer and chain subject stand no more Intermediates than max_path_length.',
  '6.2.2/names': 'A name in naming_constraints is a domain or a host, fully qualified.',
  '6.2.2/leading-dot':
    'A leading dot means one or more labels before the name; a bare name means that host alone.',
  '6.2.2/excluded': 'An excluded name is refused even if it is permitted elsewhere.',
  '6.2.2/host-only':
    'Names are matched with the host of the Entity Identifier alone, and never with an IP address.',
  '6.2.2/everything-below':
    'The subject of the statement and every Entity below it lie inside the name space.',
  '6.2.3/removed':
    'Entity Types that allowed_entity_types does not list are removed, after the metadata of the Immediate Superior and before policy.',
  '6.2.3/federation-entity-kept': 'federation_entity is never removed.',
  '6.2.3/federation-entity-not-listed': 'federation_entity is not listed in allowed_entity_types.',
} as const
