/** The process of a PKCS#11 module: it answers calls of its parent, and ends with it. */
import { type Answered, type Asked, NOT_LOADED, type TokenCall, type TokenValue } from './pkcs11-message.ts'
import { openToken } from './pkcs11-token.ts'

let token: ReturnType<typeof openToken> | undefined

async function perform(call: TokenCall): Promise<TokenValue> {
  if (call.op === 'open') {
    token = openToken(call.token)
    return {}
  }
  if (!token) throw new Error('The token is not open.')
  if (call.op === 'generate') return token.generate(call.alg, call.id)
  if (call.op === 'adopt') return token.adopt(call.alg, call.id)
  if (call.op === 'describe') return token.describe(call.id)
  if (call.op === 'sign') return token.sign(call.alg, call.id, call.data)
  return token.destroy(call.id)
}

function describe(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: NOT_LOADED, message: String(error) }
  // Errors of the module have the code of the standard as their message, and a number as their code.
  const isOfModule = error.message.startsWith('CKR_')
  if (isOfModule) return { code: error.message, message: error.message }
  return { code: 'code' in error ? String(error.code) : NOT_LOADED, message: error.message }
}

process.on('message', ({ number, call }: Asked) => {
  const answer = (answered: Omit<Answered, 'number'>) => process.send?.({ number, ...answered })
  perform(call).then(
    (value) => answer({ value }),
    (error: unknown) => answer({ failure: describe(error) }),
  )
})
process.on('disconnect', () => process.exit())
// The parent ends this process; a signal to the whole group must not end it while requests finish.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
