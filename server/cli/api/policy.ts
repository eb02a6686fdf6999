/** What the commands about the federation's policy do beyond their operations: they print its effect, and ask. */
import { createInterface } from 'node:readline/promises'
import { type Api, type Data, dataOf, type Variables } from './api.ts'
import { Failure } from './failure.ts'
import { printable, write } from './output.ts'
import type { Row } from './table.ts'

export type ReviewOptions = { yes?: true; dryRun?: true }

type Effect = { members: { stops: number }; below: { stops: number }; isComplete: boolean }

const EFFECT = `query ($policy: JSON!) { previewMetadataPolicy(policy: $policy) {
  text effect { members { stops } below { stops } isComplete } } }`

export const setsPolicy = ({ field }: Row): boolean => field === 'updateFederationPolicy'
export const previewsPolicy = ({ field }: Row): boolean => field === 'previewMetadataPolicy'

export async function printPreview(api: Api, { policy }: Variables): Promise<void> {
  const { text } = await effectOf(api, policy)
  await write(text === '' ? 'It changes nothing for members and entities below Intermediates.\n' : text)
}

/** Prints the effect, and asks where entities stop to resolve. False: only the effect was asked for. @throws Failure */
export async function review(api: Api, input: Data, { yes, dryRun }: ReviewOptions): Promise<boolean> {
  if (input.metadataPolicy === undefined) return !dryRun
  const { text, effect } = await effectOf(api, input.metadataPolicy ?? {})
  process.stderr.write(text)
  if (dryRun) return false
  const stops = effect.members.stops + effect.below.stops
  if (yes || (stops === 0 && effect.isComplete)) return true
  if (!process.stdin.isTTY)
    throw new Failure(`Nothing was changed: ${stops} would stop to resolve. Give --yes to set it anyway.`)
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question('Set this policy? [y/N] ')
  terminal.close()
  if (!/^y(es)?$/i.test(answer.trim())) throw new Failure('Nothing was changed.')
  return true
}

async function effectOf(api: Api, policy: unknown): Promise<{ text: string; effect: Effect }> {
  const { text, effect } = dataOf(await api.send(EFFECT, { policy })).previewMetadataPolicy as {
    text: string
    effect: Effect
  } // as asked for
  return { text: text === '' ? '' : `${printable(text)}\n`, effect }
}
