/** Reads what a mirror or an export has: everything that the anchor published, and nothing else. Never writes. */
import { inflateSync } from 'node:zlib'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { EntityId } from '#core/entity-id.ts'
import type { JwkSet } from '#core/keys.ts'
import type { StatusListClaims } from '#core/status-list.ts'
import { ConfigurationError } from '#federation/config/error.ts'
import { type Folder, openFolder } from '#federation/files/folder.ts'
import {
  CONFIGURATION_FILE,
  folders,
  HISTORICAL_KEYS_FILE,
  readName,
  readPath,
  resolvedFile,
  statusListFile,
  trustMarkFile,
  trustMarkFolder,
} from '#federation/files/place.ts'
import { type Anchor, readAnchor } from '#federation/mirror/anchor.ts'
import { checkFile } from '#federation/mirror/check.ts'
import type {
  InmorContent,
  SourceStatusList,
  SourceSubordinate,
  SourceTrustMark,
} from '#server/import/content.ts'
import { readStatusEntry } from '#server/import/status-list.ts'
import { hashTrustMark } from '#store/trust-mark-record.ts'

/** Every file is checked as a mirror does, with the keys of the new installation. @throws ConfigurationError, RefusedError, Error of the file system */
export async function readMirror(
  path: string,
  { keys, now }: { keys: JwkSet; now: number },
): Promise<InmorContent> {
  const folder = openFolder(path)
  const configuration = folder.read(CONFIGURATION_FILE)?.toString()
  if (configuration === undefined) {
    throw new ConfigurationError(
      `${path} has no ${CONFIGURATION_FILE}. Name the folder of a mirror or an export.`,
    )
  }
  const anchor = await readAnchor(configuration, { now, before: null, pinned: keys })
  const read = (file: string) => readChecked(folder, file, anchor)
  const subordinates: SourceSubordinate[] = []
  for await (const names of folder.names(folders.fetch)) {
    for (const name of names) {
      const about = readPath(`${folders.fetch}/${name}`)
      if (about?.folder !== folders.fetch) continue
      const statement = await read(`${folders.fetch}/${name}`)
      const response = await read(resolvedFile(about.sub) ?? '')
      subordinates.push({ entityId: about.sub, statement, configuration: leafOf(response), row: null })
    }
  }
  const trustMarks = await readTrustMarks(folder, read)
  const types = new Set(trustMarks.map(({ type }) => type))
  return {
    configuration,
    historicalKeys: await read(HISTORICAL_KEYS_FILE),
    subordinates,
    statusLists: await readStatusLists(trustMarks, anchor.entityId, read),
    trustMarkTypes: [...types].map((type) => ({ type, row: null })),
    trustMarks,
    issuedHashes: trustMarks.flatMap(({ jwt }) => (jwt === null ? [] : [hashTrustMark(jwt)])).sort(),
  }
}

type Read = (file: string) => Promise<string | null>

async function readTrustMarks(folder: Folder, read: Read): Promise<SourceTrustMark[]> {
  const marks: SourceTrustMark[] = []
  for await (const types of folder.names(folders.trustMark)) {
    for (const type of types.flatMap((name) => readName(name, '') ?? [])) {
      for await (const names of folder.names(trustMarkFolder(type) ?? '')) {
        for (const entityId of names.flatMap((name) => readName(name, '.jwt') ?? [])) {
          const jwt = await read(trustMarkFile(type, entityId) ?? '')
          marks.push({ type, entityId, jwt, isRevoked: false, row: null })
        }
      }
    }
  }
  return marks
}

/** Those of the marks: no other is asked for. */
async function readStatusLists(
  marks: readonly SourceTrustMark[],
  issuer: EntityId,
  read: Read,
): Promise<SourceStatusList[]> {
  const lists = new Map<number, SourceStatusList>()
  for (const { type, jwt } of marks) {
    const entry = readStatusEntry(jwt, issuer)
    if (!entry || jwt === null || lists.has(entry.list)) continue
    const token = await read(statusListFile(String(entry.list)) ?? '')
    if (token === null) continue
    const { status_list } = decodeJwt<StatusListClaims>(token)
    const bits = Uint8Array.from(inflateSync(Buffer.from(status_list.lst, 'base64url')))
    const kid = decodeProtectedHeader(jwt).kid ?? ''
    lists.set(entry.list, { number: entry.list, type, kid, bits })
  }
  return [...lists.values()]
}

/** Null: it is missing. @throws RefusedError */
async function readChecked(folder: Folder, file: string, anchor: Anchor): Promise<string | null> {
  const body = file === '' ? null : folder.read(file)
  if (!body) return null
  await checkFile(file, body, anchor)
  return body.toString()
}

/** The entity's own configuration begins the chain of its resolve response. */
function leafOf(response: string | null): string | null {
  const chain = response === null ? [] : decodeJwt<{ trust_chain?: string[] }>(response).trust_chain
  return chain?.[0] ?? null
}
