/** Counts sign-ins by method and outcome. */
import { Counter, type Registry } from 'prom-client'
import type { SignInObserver } from '#server/auth/sign-in-record.ts'

export function observeSignIns(registry: Registry): SignInObserver {
  const signIns = new Counter({
    name: 'inmor_sign_ins_total',
    help: 'Sign-in attempts, by method and outcome.',
    labelNames: ['method', 'outcome'],
    registers: [registry],
  })
  return (method, outcome) => signIns.inc({ method, outcome })
}
