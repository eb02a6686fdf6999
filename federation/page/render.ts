/** Renders the index page: the Trust Anchor, its counts and its endpoints. */
import {
  type Endpoint,
  type EndpointName,
  endpoints,
  entityConfigurationEndpoint,
  getEndpointPath,
} from '#core/endpoint.ts'
import { anchorMark, renderFrame } from './frame.ts'
import { type Html, html } from './html.ts'

export type IndexPage = {
  entityId: string
  organizationName: string | undefined
  version: string
  /** When the Entity Configuration expires, in unix seconds; undefined if there is no valid one. */
  validUntil: number | undefined
  counts: readonly { label: string; value: number; note?: string }[]
  example: Example
  /** Those that answer. */
  endpoints: readonly EndpointName[]
}

export function renderIndexPage(page: IndexPage): string {
  const name = page.organizationName ?? new URL(page.entityId).host
  const body = html`<header>
  <p class="kind">${anchorMark} OpenID Federation Trust Anchor</p>
  <h1>${name}</h1>
  <p class="id"><span class="hidden">Entity identifier: </span><code>${page.entityId}</code></p>
  ${renderState(page.validUntil)}
</header>
<main>
  <dl class="counts" aria-label="Published data">${page.counts.map(renderCount)}</dl>
  <section aria-labelledby="endpoints">
    <h2 id="endpoints">Endpoints</h2>
    <ul class="endpoints">${listEndpoints(page).map(renderEndpoint)}</ul>
  </section>
</main>
<footer>
  <nav aria-label="Operation"><a href="status">Status</a> <a href="health">Health</a></nav>
  <p>Inmor ${page.version}. Section numbers are those of OpenID Federation 1.0.</p>
</footer>
`
  return renderFrame({ title: `${name} · Trust Anchor`, body })
}

function renderState(validUntil: number | undefined): Html {
  if (validUntil === undefined) {
    return html`<p class="state out"><span>No valid Entity Configuration is published at the moment.</span></p>`
  }
  const time = new Date(validUntil * 1000).toISOString()
  const shown = `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`
  return html`<p class="state"><span>Published. The Entity Configuration is valid until <time datetime="${time}">${shown}</time>.</span></p>`
}

function renderCount({ label, value, note }: IndexPage['counts'][number]): Html {
  const detail = note === undefined ? undefined : html`<dd class="note">${note}</dd>`
  return html`<div><dt>${label}</dt><dd class="value">${value.toLocaleString('en')}</dd>${detail}</div>`
}

type ShownEndpoint = Omit<Endpoint, 'advertised'> & {
  path: string
  /** Query of the live link; undefined if there is no link. */
  query: Record<string, string> | undefined
}

function listEndpoints({ endpoints: names, example }: IndexPage): ShownEndpoint[] {
  const named = names.map((name) => ({
    ...endpoints[name],
    path: getEndpointPath(name),
    query: buildLiveQuery(name, example),
  }))
  return [{ ...entityConfigurationEndpoint, query: {} }, ...named]
}

function renderEndpoint(endpoint: ShownEndpoint): Html {
  const { title, description, definedIn, path, parameters = [], method = 'GET', query } = endpoint
  const isShown = method === 'GET' && parameters.length > 0
  const shown = isShown ? html`<span class="query">?${parameters.join('=…&')}=…</span>` : undefined
  const live =
    query && html`<a class="live" href="${buildLink(path, query)}" aria-label="Open ${title}">Open</a>`
  return html`<li>
  <h3>${title} <span class="section">${definedIn}</span></h3>
  <p>${description}</p>
  <p class="address"><code><span class="method">${method}</span> ${path}${shown}</code> ${live}</p>
</li>
`
}

/** The link is relative, because a reverse proxy may serve the page below a path. */
function buildLink(path: string, query: Record<string, string>): string {
  const parameters = new URLSearchParams(query).toString()
  return path.slice(1) + (parameters === '' ? '' : `?${parameters}`)
}

/** Example values for live links. Without its value, an endpoint has no link. */
type Example = {
  entityId: string
  subordinate: string | undefined
  trustMarkType: string | undefined
  hasHistoricalKeys: boolean
  /** Whether the federation was crawled. */
  hasCollection: boolean
}

type Query = Record<string, string>

/** Undefined if there is nothing to show. */
const queries: Partial<Record<EndpointName, (example: Example) => Query | undefined>> = {
  fetch: ({ subordinate: sub }) => (sub === undefined ? undefined : { sub }),
  list: () => ({}),
  resolve: ({ entityId, subordinate: sub }) =>
    sub === undefined ? undefined : { sub, trust_anchor: entityId },
  trust_mark_list: ({ trustMarkType: trust_mark_type }) =>
    trust_mark_type === undefined ? undefined : { trust_mark_type },
  historical_keys: ({ hasHistoricalKeys }) => (hasHistoricalKeys ? {} : undefined),
  collection: ({ hasCollection }) => (hasCollection ? {} : undefined),
  extended_list: () => ({ audit_timestamps: 'true' }),
  self_check: () => ({}),
}

const buildLiveQuery = (name: EndpointName, example: Example) => queries[name]?.(example)
