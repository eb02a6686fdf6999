/** Tests the record of an organization in a form, and the names of countries. */
import { expect, test } from 'vitest'
import { emptyValues, parseValues, storedValues } from '#lib/form/field.ts'
import { countries, countryName } from '#lib/organization/country.ts'
import { newContact, organizationFields } from '#lib/organization/draft.ts'
import { numberInWords } from '#lib/organization/organization.ts'

test('has each country once, by its name', () => {
  const names = countries.map(([, name]) => name)
  expect(names).toEqual(expect.arrayContaining(['Germany', 'Sweden', 'United Kingdom']))
  expect(new Set(names).size).toBe(names.length)
  expect(names).toEqual(names.toSorted((one, other) => one.localeCompare(other, 'en')))
  const codes = countries.map(([code]) => code)
  for (const other of ['DD', 'UK', 'UN', 'XA', 'ZZ']) expect(codes).not.toContain(other)
  // ISO 3166-1 assigns 249, reserves EU, and leaves XK, of Kosovo, to users.
  expect(codes).toHaveLength(251)
})

test.each([
  ['SE', 'Sweden'],
  ['QQ', 'QQ'],
  ['sweden', 'sweden'],
])('names %s as %s', (code, name) => expect(countryName(code)).toBe(name))

test('reads the stored contacts, and sends each row as the form shows it', () => {
  const contacts = [
    { role: 'SECURITY', name: null, email: 'cert@example.org' },
    { role: 'TECHNICAL', name: 'Ann', email: 'ann@example.org' },
  ]
  const { version, fields } = storedValues(organizationFields, {
    ...{ version: 3, name: 'Library', contacts, identifier: null, identifierScheme: null },
    ...{ country: null, active: true, note: null, tags: [] },
  })
  expect(version).toBe(3)
  expect(fields).toMatchObject({ name: 'Library', identifier: '', contacts: [{ name: '' }, { name: 'Ann' }] })
  const { value } = parseValues(organizationFields, { contacts: [...fields.contacts, newContact()] })
  expect(value?.contacts).toEqual([...contacts, { role: 'TECHNICAL', name: null, email: '' }])
})

test('sends nothing but defaults from an empty form', () => {
  expect(parseValues(organizationFields, emptyValues(organizationFields)).value).toEqual({
    name: null,
    identifierScheme: null,
    identifier: null,
    country: null,
    active: true,
    contacts: [],
    note: null,
    tags: [],
  })
})

test.each([
  [{ identifierScheme: 'GLEIF', identifier: '123' }, 'GLEIF 123'],
  [{ identifierScheme: null, identifier: null }, ''],
])('shows a number after its register', (organization, words) => {
  expect(numberInWords(organization)).toBe(words)
})
