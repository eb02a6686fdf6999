// @vitest-environment happy-dom
/**
 * Where software in use reads an older draft: our reading of each case beside theirs, which is recorded here because none of it runs
 * here, and the sentence beside the field.
 */
import { render } from '@testing-library/svelte'
import { expect, test } from 'vitest'
import { filterEntityTypes } from '#core/constraints.ts'
import { applyMetadataPolicy } from '#core/metadata-policy/index.ts'
import ConstraintsForm from '#lib/components/claim/ConstraintsForm.svelte'
import ParameterPolicy from '#lib/components/claim/ParameterPolicy.svelte'
import TypeForm from '#lib/components/trust-mark/TypeForm.svelte'
import { emptyValues } from '#lib/form/field.ts'
import { costOf } from '#lib/key/algorithm.ts'
import { type OlderReading, olderReadings } from '#lib/older-reading.ts'
import { typeFields } from '#lib/trust-mark/draft.ts'

const nothing = () => {}
const scopePolicy = { subset_of: ['openid', 'email'] }

type Case = {
  /** Our reading, and theirs where it is a value. */
  ours?: () => unknown
  theirs?: unknown
  show(): void
}

const cases: Record<OlderReading, Case> = {
  allowedEntityTypes: {
    ours: () =>
      Object.keys(
        filterEntityTypes({ federation_entity: {}, openid_provider: {}, oauth_client: {} }, [
          'openid_provider',
        ]),
      ),
    theirs: null, // refused
    show: () =>
      render(ConstraintsForm, {
        value: { allowed_entity_types: ['openid_provider'] },
        findings: [],
        onchange: nothing,
        place: 'everySubordinate',
      }),
  },
  scopeSubset: {
    ours: () =>
      applyMetadataPolicy(
        { openid_relying_party: { scope: scopePolicy } },
        { openid_relying_party: { scope: 'openid email phone' } },
      ).openid_relying_party?.scope,
    theirs: '',
    show: () =>
      render(ParameterPolicy, {
        entityType: 'openid_relying_party',
        parameter: 'scope',
        operators: scopePolicy,
        findings: [],
        onchange: nothing,
        onremove: nothing,
      }),
  },
  markStatus: {
    show: () =>
      render(TypeForm, {
        fields: { ...emptyValues(typeFields), statusList: true },
        refusal: undefined,
        maximum: 100,
      }),
  },
  mlDsa: { show: () => document.body.append(costOf('ML_DSA_65') ?? '') },
}

test.each(Object.entries(cases))('the console says where others read %s in another way', (name, each) => {
  if (each.ours) expect(each.ours()).not.toEqual(each.theirs)
  document.body.replaceChildren()
  each.show()
  const shown = document.body.textContent.replace(/\s+/g, ' ')
  expect(shown).toContain(olderReadings[name as OlderReading])
})

test('our own reading is that of the text', () => {
  expect(cases.allowedEntityTypes.ours?.()).toEqual(['federation_entity', 'openid_provider'])
  expect(cases.scopeSubset.ours?.()).toBe('openid email')
})
