/**
 * Makes the configuration file of a source. A field that the source can state is named even if it states nothing: null then
 * removes it, and what a source cannot know, such as notes and tags, is not touched.
 */
import { hourSettings } from '#core/defaults.ts'
import type { Metadata } from '#core/metadata.ts'
import { API_VERSION, type FileDocument } from '#server/as-code/document.ts'
import { findHours, type Hours, settingsOf, toHours } from '#server/convert/anchor-settings.ts'
import {
  findCommonConstraints,
  findCommonPolicy,
  findOwnConstraints,
  findOwnPolicy,
} from '#server/convert/common.ts'
import { inOrderOf, sortMembers } from '#server/convert/sorted.ts'
import type { Source, SourceMark, SourceMember, SourceType } from '#server/convert/source.ts'
import type { Fields } from '#server/plan/section.ts'

type Federation = Pick<SourceMember, 'metadataPolicy' | 'constraints'> & { hours: Hours }

/** `anchor`: its slug. */
export function buildDocument(source: Source, anchor: string): FileDocument {
  const { configuration, members, types, marks } = source
  const federation = federationOf(source)
  const { metadataPolicy, constraints } = federation
  const settings = settingsOf(configuration, new Set(types.map(({ type }) => type)))
  return {
    apiVersion: API_VERSION,
    anchor,
    settings: {
      ...sortEach(settings),
      constraints: sortMembers(constraints),
      ...hoursOf(source, federation),
    },
    ...(members.length > 0 || source.general ? { metadataPolicy: sortMembers(metadataPolicy) } : {}),
    ...section('trustMarkTypes', types.toSorted(inOrderOf(({ type }) => type)).map(typeFields)),
    ...section(
      'members',
      members
        .toSorted(inOrderOf(({ entityId }) => entityId))
        .map((member) => memberFields(member, federation)),
    ),
    ...section('trustMarks', marks.toSorted(inOrderOf(keyOfMark)).map(markFields)),
  }
}

/** What the source says about all members, or what all have. */
function federationOf({ members, general }: Source): Federation {
  const stated = general ? [general, ...members] : members
  return {
    metadataPolicy: findCommonPolicy(stated.map(({ metadataPolicy }) => metadataPolicy)),
    constraints: findCommonConstraints(stated.map(({ constraints }) => constraints)),
    hours: general ? sameHours(toHours(general.life)) : findHours(members.map(livedOf)),
  }
}

const sameHours = (usual: number): Hours => ({ usual, hoursOf: () => usual })

const livedOf = ({ entityId, life }: SourceMember) => ({ sub: entityId, life })

/** The maximum only where one is beyond that of a new anchor. */
function hoursOf({ members }: Source, { hours }: Federation): Fields {
  const { usual } = hours
  if (usual === null) return {}
  const longest = Math.max(usual, ...members.map((member) => hours.hoursOf(livedOf(member)) ?? 0))
  return {
    statementHours: usual,
    ...(longest > hourSettings.maximumStatementHours.default ? { maximumStatementHours: longest } : {}),
  }
}

function memberFields(member: SourceMember, { metadataPolicy, constraints, hours }: Federation): Fields {
  const { entityId, active, jwks, metadata, additionalClaims, note } = member
  const own = hours.hoursOf(livedOf(member))
  return {
    entityId,
    active,
    jwks: sortMembers(jwks),
    forcedMetadata: orNull<Metadata>(metadata),
    metadataPolicy: sortMembers(findOwnPolicy(metadataPolicy, member.metadataPolicy)),
    constraints: sortMembers(findOwnConstraints(constraints, member.constraints)),
    additionalClaims: orNull(additionalClaims),
    ...(own === null ? {} : { validFor: own === hours.usual ? null : own }),
    ...(note === undefined ? {} : { note }),
  }
}

const typeFields = ({ type, ...terms }: SourceType): Fields => ({ type, active: true, ...sortEach(terms) })

const keyOfMark = ({ trustMarkType, entityId }: SourceMark) => `${trustMarkType} ${entityId}`

const markFields = ({ trustMarkType, entityId, ...terms }: SourceMark): Fields => ({
  entityId,
  trustMarkType,
  ...sortEach(terms),
})

/** The fields in their order, with the members of their values in the order of names. */
const sortEach = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, sortMembers(value)]))

const orNull = <Value extends object>(value: Value): Value | null =>
  Object.keys(value).length > 0 ? sortMembers(value) : null

const section = (name: 'trustMarkTypes' | 'members' | 'trustMarks', objects: readonly Fields[]) =>
  objects.length > 0 ? { [name]: objects } : {}
