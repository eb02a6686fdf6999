/** The operations that two people may have to agree on. Which change is one of them, its effect decides (effect.ts). */
import type { Protection } from '#prisma/generated/client/client.ts'

type Row = {
  description: string
  /** Protected with it, because they do the same by another way. */
  implies: readonly string[]
}

export const protectedOperations = {
  ANCHOR: {
    description:
      'Change what a Trust Anchor publishes about itself or for all: its keys and their rollover, settings, metadata policy, constraints and schedules; create, restore, pause, resume or remove a Trust Anchor, or place it under another one.',
    implies: ['ACCESS'],
  },
  MEMBERS: {
    description:
      'Change which entities belong to the federation, or what a statement says about one: register, import, deactivate, reactivate or remove it, change its keys, metadata, policy, constraints, validity or renewal, end a Trust Mark that it must hold, or let checks approve requests without a person. Implies ANCHOR, because a policy or a pause takes a member away too.',
    implies: ['ANCHOR', 'ACCESS'],
  },
  TRUST_MARKS: {
    description:
      'Issue, change or revoke a Trust Mark, or change a Trust Mark type. Implies ANCHOR, whose settings name the issuers and owners.',
    implies: ['ANCHOR', 'ACCESS'],
  },
  ACCESS: {
    description:
      'Change who may act: create, invite, change or remove a user, reset a password or a second factor, create an API key of another person, shorten the audit log, or change what is protected. Implied by each other one, because one person could make a second one.',
    implies: [],
  },
} as const satisfies Record<string, Row>

export type ProtectedOperation = keyof typeof protectedOperations

/** Whether one administrator may execute a protected change without a second person. */
export const breakGlassModes = ['OFF', 'DELAYED', 'AT_ONCE'] as const
export type BreakGlass = (typeof breakGlassModes)[number]

export type ProtectionSettings = Omit<Protection, 'id' | 'operations' | 'breakGlass'> & {
  operations: ProtectedOperation[]
  breakGlass: BreakGlass
}

export const operationNames = Object.keys(protectedOperations) as ProtectedOperation[] // its own keys

export function isProtectedOperation(name: string): name is ProtectedOperation {
  return Object.hasOwn(protectedOperations, name)
}

/** In the order of the table, each once. */
export function withImplied(chosen: readonly string[]): ProtectedOperation[] {
  const all = new Set<string>(chosen)
  for (const name of chosen.filter(isProtectedOperation))
    for (const implied of protectedOperations[name].implies) all.add(implied)
  return operationNames.filter((name) => all.has(name))
}
