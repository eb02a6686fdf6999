/** Reads rows in the middle of the filled tables, which the measured documents ask for. */
import { encodeGlobalID } from '@pothos/plugin-relay'
import type { Installation } from '../installation.ts'
import type { Samples } from './admin-operations.ts'

export async function readSamples({ query }: Installation): Promise<Samples> {
  const middle = async (table: string) => {
    const half = `SELECT (min("id") + max("id")) / 2 FROM "${table}"`
    const [row] = await query(`SELECT * FROM "${table}" WHERE "id" >= (${half}) ORDER BY "id" LIMIT 1`)
    return { ...row, id: encodeGlobalID(table, row.id), key: row.id }
  }
  const [subordinate, trustMark] = [await middle('Subordinate'), await middle('TrustMark')]
  const { id: run } = await middle('Run')
  return { subordinate, trustMark, trustMarkType: encodeGlobalID('TrustMarkType', 1), run }
}
