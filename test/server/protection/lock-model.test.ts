/**
 * Explores every state of one approval that one malicious account can reach, with the rules that the server asks. The account
 * has a session, an API key of its own, one that it made for another person, and the shell.
 */
import { describe, expect, it } from 'vitest'
import type { Approval } from '#prisma/generated/client/client.ts'
import { type Caller, cliCaller } from '#server/identity/caller.ts'
import {
  obstacleOfApproval,
  obstacleOfOverride,
  obstacleOfRefusal,
  refusalBy,
} from '#server/services/protection/obstacle.ts'
import type { BreakGlass } from '#server/services/protection/operation.ts'

const HOUR_MS = 3_600_000
const START = Date.UTC(2026, 0, 1)
const timeAt = (hours: number) => new Date(START + hours * HOUR_MS)
/** Hours of the settings. The delay is the longest time that a person needs to look. */
const [VALID, DELAY] = [72, 24]

const session = (name: string): Caller => ({
  name,
  displayName: name,
  email: '',
  role: 'admin',
  method: 'session',
  session: { id: name, userId: name, signedInAt: timeAt(0), signedInBy: 'password' },
})
const key = (name: string, keyCreatedBy: string): Caller => ({
  name,
  displayName: name,
  email: '',
  role: 'admin',
  method: 'api_key',
  keyCreatedBy,
})

const mallory = [session('mallory'), key('mallory', 'mallory'), key('alice', 'mallory'), cliCaller('mallory')]
const [alice, bob] = [session('alice'), session('bob')]

type State = { row: Approval; hours: number }

const asked = (by: Caller, about: { action: string; resource: string }): State => ({
  hours: 0,
  row: {
    ...about,
    state: 'OPEN',
    effect: {},
    reason: 'A test.',
    requestedBy: by.name,
    requestedMethod: by.method,
    keyCreatedBy: by.keyCreatedBy ?? null,
    expiresAt: timeAt(VALID),
    objectedBy: null,
    overrideBy: null,
    overrideAt: null,
  } as unknown as Approval, // the members that the rules read
})

/** What the services do with the answer of a rule. Only a person has a passkey, which signs. */
const moves: Record<string, (state: State, caller: Caller, breakGlass: BreakGlass) => State | null> = {
  approve({ row, hours }, caller) {
    if (!caller.session || obstacleOfApproval(row, caller, timeAt(hours)) !== null) return null
    return { hours, row: { ...row, state: 'EXECUTED', decidedBy: caller.name } }
  },
  refuse({ row, hours }, caller) {
    const now = timeAt(hours)
    if (obstacleOfRefusal(row, caller, now) !== null) return null
    return { hours, row: { ...row, ...refusalBy(row, caller, { reason: 'No.', now }) } }
  },
  override({ row, hours }, caller, breakGlass) {
    if (!caller.session || obstacleOfOverride(row, caller, { breakGlass }, timeAt(hours)) !== null)
      return null
    if (breakGlass === 'DELAYED' && row.overrideAt === null)
      return { hours, row: { ...row, overrideBy: caller.name, overrideAt: timeAt(hours + DELAY) } }
    return { hours, row: { ...row, state: 'EXECUTED', decidedBy: caller.name } }
  },
}

const wait = ({ row, hours }: State): State | null =>
  hours >= VALID ? null : { row, hours: hours + DELAY / 2 }

/** Every state that these callers reach, with the time, if no one else does anything. */
function reachable(first: State, callers: readonly Caller[], breakGlass: BreakGlass, waits = true): State[] {
  const found = new Map([[JSON.stringify(first), first]])
  for (const state of found.values()) {
    const next = callers.flatMap((caller) =>
      Object.values(moves).map((move) => move(state, caller, breakGlass)),
    )
    for (const each of [...next, waits ? wait(state) : null]) if (each) found.set(JSON.stringify(each), each)
  }
  return [...found.values()]
}

const policy = { action: 'updateFederationPolicy', resource: '' }
const aboutMallory = { action: 'updateUser', resource: 'mallory' }
const aboutKey = { action: 'createApiKey', resource: 'mallory/key' }
const modes = ['OFF', 'DELAYED', 'AT_ONCE'] as const

describe('one malicious account', () => {
  it.each(['OFF', 'DELAYED'] as const)('forces nothing that others see, break-glass %s', (breakGlass) => {
    const count = { reached: 0 }
    for (const asker of [...mallory, alice])
      for (const about of [policy, aboutMallory, aboutKey]) {
        const first = asked(asker, about)
        // Others look within the delay. Until then nothing is executed; afterwards neither, if one objected.
        const unseen = reachable(first, mallory, breakGlass).filter(({ hours }) => hours < DELAY)
        for (const state of unseen) {
          count.reached += 1
          const isOfOthers = asker === alice && about === policy
          if (!isOfOthers) expect(state.row.state, JSON.stringify(state)).not.toBe('EXECUTED')
          const objected = moves.refuse?.(state, bob, breakGlass)
          if (!objected || isOfOthers) continue
          for (const { row } of reachable(objected, mallory, breakGlass))
            expect(row.state, JSON.stringify(row)).not.toBe('EXECUTED')
        }
      }
    expect(count.reached).toBeGreaterThan(30)
  })

  it('forces what it asked for where the settings let one person do so, and nothing about itself', () => {
    const states = (about: object, breakGlass: BreakGlass) =>
      reachable(asked(session('mallory'), { ...policy, ...about }), mallory, breakGlass).map(
        ({ row }) => row.state,
      )
    expect(states(policy, 'OFF')).not.toContain('EXECUTED')
    expect(states(policy, 'AT_ONCE')).toContain('EXECUTED')
    // No one objected within the delay.
    expect(states(policy, 'DELAYED')).toContain('EXECUTED')
    for (const breakGlass of modes)
      for (const about of [aboutMallory, aboutKey])
        expect(states(about, breakGlass)).not.toContain('EXECUTED')
  })

  it.each(modes)('does not prevent what two others want, break-glass %s', (breakGlass) => {
    const others = { alice, bob }
    for (const about of [policy, aboutMallory, aboutKey])
      for (const [asker, approver] of [
        [others.alice, others.bob],
        [others.bob, others.alice],
      ] as const) {
        const states = reachable(asked(asker, about), mallory, breakGlass, false)
        for (const state of states) {
          if (state.row.state === 'EXECUTED') continue // approved by the account itself
          expect(moves.approve?.(state, approver, breakGlass)?.row.state, JSON.stringify(state)).toBe(
            'EXECUTED',
          )
        }
      }
  })

  it.each(modes)(
    'does not decide alone what was asked for with a key that it knows, break-glass %s',
    (mode) => {
      const first = asked(key('alice', 'mallory'), policy)
      const states = reachable(first, mallory, mode).map(({ row }) => row.state)
      if (mode === 'OFF') expect(new Set(states)).toEqual(new Set(['OPEN', 'WITHDRAWN']))
      else expect(states).toContain('EXECUTED')
      // A person whose key asked withdraws it too.
      expect(moves.refuse?.(first, alice, mode)?.row.state).toBe('WITHDRAWN')
    },
  )
})

it('two others end it, and one of them does not count twice', () => {
  const first = asked(session('mallory'), policy)
  const objected = moves.refuse?.(first, alice, 'OFF')
  expect(objected?.row).toMatchObject({ state: 'OPEN', objectedBy: 'alice' })
  if (!objected) return
  expect(moves.refuse?.(objected, alice, 'OFF')).toBeNull()
  expect(moves.refuse?.(objected, bob, 'OFF')?.row.state).toBe('REFUSED')
})
