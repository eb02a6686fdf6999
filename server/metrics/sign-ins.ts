/** Counts sign-ins by the way in and how they ended. */
import { Counter, type Registry } from 'prom-client'
import type { SignInObserver } from '#server/auth/sign-in-record.ts'

export function observeSignIns(registry: Registry): SignInObserver {
  const signIns = new Counter({
    name: 'inmor_sign_ins_total',
    help: 'Attempts to sign in, by the way in and the outcome.',
    labelNames: ['method', 'outcome'],
    registers: [registry],
  })
  return (method, outcome) => signIns.inc({ method, outcome })
}
