/** Constraints on what stands below a Superior (§6.2). */
import { type Chapter, must, testsIn } from './requirement.ts'

const syntax = testsIn('core/constraints')
const check = testsIn('core/trust-chain/check-constraints')
const chain = testsIn('core/trust-chain/validate')
const resolve = testsIn('core/trust-chain/resolve-metadata')
const endpoint = testsIn('federation/resolver/resolve')
const network = testsIn('federation/resolver/network')
const registration = testsIn('server/subordinate/registration-refusals')

const HOSTS = '%s under %j: %s'

export const constraints: Chapter = {
  title: 'Constraints (§6.2)',
  requirements: [
    must(
      '6.2',
      'Each statement of a chain is held to its own constraints; one that fails makes the chain invalid.',
      check('enforces each statement on its own, the less restrictive one included'),
      chain('is refused with its constraints (§6.2)'),
    ),
    must(
      '6.2',
      'Constraints that are not understood are ignored.',
      syntax('accepts every constraint, and ignores unknown ones'),
      check('never fails for allowed_entity_types, and ignores constraints that nobody knows'),
    ),
    must(
      '6.2.1',
      'max_path_length is a whole number of at least 0.',
      syntax('refuses %s (§3.2 step 19)', 'a negative max_path_length', 'a fractional max_path_length'),
    ),
    must(
      '6.2.1',
      'Between issuer and chain subject stand no more Intermediates than max_path_length.',
      check('set by %s to %i: %s'),
      network('enforces constraints on the path (§6.2.1)'),
    ),
    must(
      '6.2.2',
      'A name in naming_constraints is a domain or a host, fully qualified.',
      syntax('refuses %s (§3.2 step 19)', 'a URL', 'a port', 'a wildcard', 'an empty label', 'an empty name'),
    ),
    must(
      '6.2.2',
      'A leading dot means one or more labels before the name; a bare name means that host alone.',
      syntax(HOSTS, 'host.example.com', 'a.b.example.com', 'badexample.com', 'www.example.com'),
    ),
    must(
      '6.2.2',
      'What is excluded is not permitted, whatever permits it.',
      syntax(HOSTS, 'old.example.com'),
    ),
    must(
      '6.2.2',
      'Names are matched with the host of the Entity Identifier alone, and never with an IP address.',
      check('looks at the host alone'),
      syntax(HOSTS, '[2001:db8::1]', '192.0.2.1'),
    ),
    must(
      '6.2.2',
      'The subject of the statement and every Entity below it lie inside the name space.',
      check('set by %s to %j: %s'),
    ),
    must(
      '6.2.3',
      'Entity Types that allowed_entity_types does not list are removed, after the metadata of the Immediate Superior and before policy.',
      resolve('intersects the allowed Entity Types of all statements, and keeps federation_entity'),
      resolve('filters Entity Types before policy can judge them'),
      endpoint('removes the types that the constraints do not allow (§6.2.3)'),
    ),
    must(
      '6.2.3',
      'federation_entity is never removed.',
      syntax('keeps what is allowed, and federation_entity always'),
    ),
    must(
      '6.2.3',
      'federation_entity is not listed in allowed_entity_types.',
      syntax(
        'refuses when authoring, and only then, %s',
        'federation_entity among the allowed types (§6.2.3)',
      ),
      registration('names %s when it is %j'),
    ),
  ],
}
