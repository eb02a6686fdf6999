/** Tests which requests caches must forget when a file changes. */
import { expect, it } from 'vitest'
import { requestsOf } from '#federation/mirror/requests.ts'

const anchor = 'https://ta.example'
const sub = 'https://rp.example.org/a'
const [name, type] = [encodeURIComponent(sub), encodeURIComponent('https://ta.example/marks/member')]
const plain = 'https://ta.example/marks/member'

it.each([
  [
    '.well-known/openid-federation',
    ['/.well-known/openid-federation', '/export/.well-known/openid-federation'],
  ],
  ['historical_keys.jwt', ['/historical_keys', '/export/historical_keys.jwt']],
  ['list/all.json', ['/list', '/export/list/all.json']],
  ['list/intermediates.json', ['/list?intermediate=true', '/export/list/intermediates.json']],
  [
    'list/entity_type/openid_provider.json',
    ['/list?entity_type=openid_provider', '/export/list/entity_type/openid_provider.json'],
  ],
  ['collection/from/abc_-1.json', ['/collection?from=abc_-1', '/export/collection/from/abc_-1.json']],
  ['status_list/1.jwt', ['/status_list/1', '/export/status_list/1.jwt']],
  [
    `fetch/${name}.jwt`,
    [`/fetch?sub=${name}`, `/fetch?sub=${sub}`, `/export/fetch/${encodeURIComponent(name)}.jwt`],
  ],
  [
    `trust_mark_list/${type}.json`,
    [
      `/trust_mark_list?trust_mark_type=${type}`,
      `/trust_mark_list?trust_mark_type=${plain}`,
      `/export/trust_mark_list/${encodeURIComponent(type)}.json`,
    ],
  ],
  [
    `trust_mark/${type}/${name}.jwt`,
    [
      `/trust_mark?trust_mark_type=${type}&sub=${name}`,
      `/trust_mark?trust_mark_type=${plain}&sub=${sub}`,
      `/trust_mark?sub=${name}&trust_mark_type=${type}`,
      `/trust_mark?sub=${sub}&trust_mark_type=${plain}`,
      `/export/trust_mark/${encodeURIComponent(type)}/${encodeURIComponent(name)}.jwt`,
    ],
  ],
  [
    `resolve/${name}.jwt`,
    [
      `/resolve?sub=${name}&trust_anchor=${encodeURIComponent(anchor)}`,
      `/resolve?sub=${sub}&trust_anchor=${anchor}`,
      `/resolve?trust_anchor=${encodeURIComponent(anchor)}&sub=${name}`,
      `/resolve?trust_anchor=${anchor}&sub=${sub}`,
      `/export/resolve/${encodeURIComponent(name)}.jwt`,
    ],
  ],
  ['manifest.jwt', []],
  ['notes.txt', []],
])('%s', (file, expected) => {
  expect(requestsOf(file, anchor)).toEqual(expected)
})

it('keeps the path of the anchor, and encodes what a URL does not allow', () => {
  const odd = encodeURIComponent('https://rp.example.org/?a=b&c')
  expect(requestsOf(`fetch/${odd}.jwt`, 'https://host.example/ta/')).toEqual([
    `/ta/fetch?sub=${odd}`,
    `/ta/export/fetch/${encodeURIComponent(odd)}.jwt`,
  ])
})
