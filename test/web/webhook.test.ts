/** Tests what the console says about webhooks, and what their form sends. */
import { expect, test } from 'vitest'
import { placeOf } from '#lib/alert/alert.ts'
import { emptyValues, parseValues, storedValues } from '#lib/form/field.ts'
import type { AnchorFieldsFragment, WebhookEvent, WebhookState } from '#lib/gql/graphql.ts'
import { webhookFields } from '#lib/webhook/draft.ts'
import { anchorsInWords, eventGroups, eventsInWords, eventTypeInWords } from '#lib/webhook/event.ts'
import { instantInUtc, utcInWords } from '#lib/webhook/replay.ts'
import { waitingInWords, webhookState } from '#lib/webhook/state.ts'
import { webhookName } from '#lib/webhook/webhook.ts'

const signingKeys = eventGroups.find(({ name }) => name === 'signing keys')?.events ?? []

test.each<[events: readonly WebhookEvent[], words: string]>([
  [[], 'All events'],
  [['REGISTER_SUBORDINATE'], '1 of 7 about members'],
  [signingKeys, 'All about signing keys'],
  [
    [...signingKeys, 'REMOVE_SUBORDINATE', 'UPDATE_SUBORDINATE'],
    '2 of 7 about members, all about signing keys',
  ],
])('%j are %s', (events, words) => {
  expect(eventsInWords(events)).toBe(words)
})

test('has each event in one group', () => {
  const all = eventGroups.flatMap(({ events }) => events)
  expect(new Set(all).size).toBe(all.length)
  expect(signingKeys.length).toBeGreaterThan(0)
})

test.each([
  ['org.inmor.registerSubordinate', 'Subordinate registered'],
  ['org.inmor.testWebhook', 'Test event'],
  ['org.inmor.somethingNew', 'org.inmor.somethingNew'],
])('the event type %s is “%s”', (type, words) => {
  expect(eventTypeInWords(type)).toBe(words)
})

test('names anchors, and one that was removed by its slug', () => {
  const main = {
    slug: 'main',
    displayName: 'Health sector',
    entityId: 'https://ta.example.org',
  } as AnchorFieldsFragment // the other fields do not matter
  expect(anchorsInWords([], [main])).toBe('Every anchor')
  expect(anchorsInWords(['main', 'gone'], [main])).toBe('Health sector, gone')
})

test.each<[state: WebhookState, problem: string | null, tone: string]>([
  ['ACTIVE', null, 'success'],
  ['ACTIVE', 'Events are missing.', 'warning'],
  ['FAILING', 'It answered 500.', 'error'],
  ['PAUSED', null, 'quiet'],
  ['PAUSED', 'It failed for 5 days.', 'warning'],
])('a webhook that is %s with the problem %j is shown as %s', (state, problem, tone) => {
  expect(webhookState({ state, problem }).tone).toBe(tone)
})

test('says how many events wait, and where the count ends', () => {
  expect(waitingInWords({ count: 0, more: false })).toBe('0')
  expect(waitingInWords({ count: 1000, more: true })).toBe('more than 1,000')
})

test('names a webhook by its description, or by its host', () => {
  const url = 'https://hooks.example.org/inmor/secret'
  expect(webhookName({ description: 'Ticket system', url })).toBe('Ticket system')
  expect(webhookName({ description: null, url })).toBe('hooks.example.org')
})

const url = 'https://hooks.example.org'

test('sends null for all events and anchors, and never an empty list, which the API takes as all', () => {
  const draft = { ...emptyValues(webhookFields), url }
  expect(parseValues(webhookFields, draft).value).toEqual({
    url,
    description: null,
    events: null,
    anchors: null,
  })
  const some = { isAll: false, chosen: ['main'] }
  expect(parseValues(webhookFields, { anchors: some }).value).toEqual({ anchors: ['main'] })
  const { refusal } = parseValues(webhookFields, { events: { isAll: false, chosen: [] } })
  expect(refusal).toMatchObject({ path: ['events'], message: 'Choose at least one event, or all of them.' })
})

test('shows what is stored: an empty list is all', () => {
  const row = { version: 3, url, description: null, events: [], anchors: ['main'] }
  expect(storedValues(webhookFields, row)).toEqual({
    version: 3,
    fields: {
      url,
      description: '',
      events: { isAll: true, chosen: [] },
      anchors: { isAll: false, chosen: ['main'] },
    },
  })
})

test.each([
  ['2026-11-27T12:00', '2026-11-27T12:00:00.000Z'],
  ['2026-11-27T12:00:30', '2026-11-27T12:00:30.000Z'],
  ['', undefined],
  ['tomorrow', undefined],
])('the date-time %j is %s in UTC', (typed, expected) => {
  expect(instantInUtc(typed)?.toISOString()).toBe(expected)
})

test('writes a time in UTC', () => {
  expect(utcInWords(new Date('2026-11-27T12:00:30.5Z'))).toBe('2026-11-27 12:00:30 UTC')
})

test('an alert about a webhook leads to its page', () => {
  const node = { __typename: 'Webhook', id: 'V2ViaG9vazox' } as const
  expect(placeOf({ code: 'WEBHOOK_FAILING', node })).toBe('/administration/webhooks/V2ViaG9vazox')
  expect(placeOf({ code: 'WEBHOOK_FAILING', node: null })).toBe('/administration/webhooks')
})
