/**
 * Posts each new alert to a chat, once, also after a lost connection. CHAT_URL is an incoming webhook that takes
 * `{"text": "…"}`, as Slack, Mattermost and Rocket.Chat have. The key needs the role viewer. It runs until it is stopped,
 * or the key is refused; a restart posts the present alerts again.
 *
 *     node alerts-to-chat.ts
 */
import { Inmor } from './inmor.ts'
import { AlertsChanged } from './operations.ts'
import './script.ts'

const { CHAT_URL = '' } = process.env
const inmor = Inmor.from(process.env)

/** The ids of the present alerts that the chat has. */
let posted = new Set<string>()
for await (const { alertsChanged: alerts } of inmor.subscribe(AlertsChanged, {})) {
  const present = new Set<string>()
  for (const { id, severity, code, message } of alerts) {
    // One that could not be posted is tried again with the next change.
    if (posted.has(id) || (await post(`${severity} ${code}: ${message}`))) present.add(id)
  }
  posted = present
}

async function post(text: string): Promise<boolean> {
  const body = JSON.stringify({ text })
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(CHAT_URL, { method: 'POST', headers, body }).catch((error: Error) => error)
  if (answer instanceof Response && answer.ok) return true
  console.error(
    `The chat refused the message: ${answer instanceof Response ? answer.status : answer.message}`,
  )
  return false
}
