/** Renders the self-check: a form for an Entity Identifier, and the result of each check. */
import type { Answer, AnswerCheck } from '#store/questions.ts'
import { anchorMark, renderFrame } from './frame.ts'
import { type Html, html } from './html.ts'

export type SelfCheckPage = {
  /** What was typed, or the identifier that is examined. */
  given: string
  /** Why it cannot be examined. */
  fault?: string
  answer?: Answer
  /** The examination waits: seconds after which the page loads again. */
  refresh?: number
}

export function renderSelfCheck(anchor: string, { given, fault, answer, refresh }: SelfCheckPage): string {
  const body = html`<header>
  <p class="kind">${anchorMark} <a href="./">${new URL(anchor).host}</a></p>
  <h1>Self-check</h1>
  <p class="id">What a registration at this Trust Anchor would find. Nothing is registered.</p>
</header>
<main>
  <form class="ask" action="self_check" method="get">
    <label for="sub">Entity Identifier</label>
    <span class="row"><input id="sub" name="sub" type="url" required value="${given}" placeholder="https://rp.example.org" autocomplete="off" spellcheck="false"${fault === undefined ? undefined : invalid}>
    <button>Check</button></span>
    ${fault === undefined ? undefined : html`<p class="finding bad" id="fault">${fault}</p>`}
  </form>
  ${answer ? renderAnswer(given, answer) : refresh === undefined ? undefined : renderWaiting(given, refresh)}
</main>
`
  const title = `Self-check · ${new URL(anchor).host}`
  return renderFrame({ title, body, ...(refresh === undefined ? {} : { refresh }) })
}

const invalid = html` aria-invalid="true" aria-describedby="fault"`

function renderWaiting(given: string, seconds: number): Html {
  return html`<section aria-labelledby="result">
    <h2 id="result">${given}</h2>
    <p role="status">The entity waits to be examined. This page looks for the result again in ${seconds} seconds.</p>
  </section>`
}

function renderAnswer(given: string, { state, message, checks, at }: Answer): Html {
  const time = new Date(at * 1000).toISOString()
  return html`<section aria-labelledby="result">
    <h2 id="result">${given}</h2>
    <p class="verdict ${state === 'acceptable' ? 'good' : 'bad'}">${message}</p>
    <ol class="checks">${[...checks].sort(failedFirst).map(renderCheck)}</ol>
    <form class="again" action="self_check" method="get">
      <input type="hidden" name="sub" value="${given}"><input type="hidden" name="again" value="true">
      <p>Examined <time datetime="${time}">${time.slice(0, 10)} ${time.slice(11, 16)} UTC</time>. The address of this page leads to the result.</p>
      <button>Check again</button>
    </form>
  </section>`
}

const order: Readonly<Record<AnswerCheck['status'], number>> = {
  FAILED: 0,
  WARNING: 1,
  PASSED: 2,
  SKIPPED: 3,
}
const failedFirst = (a: AnswerCheck, b: AnswerCheck) => order[a.status] - order[b.status]

const words: Readonly<Record<AnswerCheck['status'], string>> = {
  FAILED: 'Failed',
  WARNING: 'Note',
  PASSED: 'Passed',
  SKIPPED: 'Not checked',
}

function renderCheck({ status, title, message, advice, section }: AnswerCheck): Html {
  return html`<li class="${status.toLowerCase()}">
  <h3><span><span class="status">${words[status]}</span> ${title}</span>${section === null ? undefined : html` <span class="section">§${section}</span>`}</h3>
  <p>${message}${advice === null ? undefined : html` ${advice}`}</p>
</li>
`
}
