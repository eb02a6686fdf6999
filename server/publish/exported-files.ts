/** Reads from the last manifest of an export how long its files answer without this installation. */
import { FederationError } from '#core/errors.ts'
import { parseManifest } from '#federation/files/manifest.ts'

export type ExportedKind = { kind: string; count: number; endsAt: Date | null }

export type ExportedFiles = {
  signedAt: Date
  /** When the manifest ends. After that nothing says that the files are current. */
  currentUntil: Date
  /** By their end, the earliest first, and those without an end last. */
  kinds: ExportedKind[]
}

/** Null: there is no manifest, or another program wrote it. */
export function readExportedFiles(manifest: string | null): ExportedFiles | null {
  if (manifest === null) return null
  try {
    const { iat, exp, root } = parseManifest(manifest).claims
    const kinds = Object.entries(root.kinds).map(([kind, [count, end]]) => ({
      kind,
      count,
      endsAt: toDate(end),
    }))
    const order = ({ endsAt }: ExportedKind) => endsAt?.getTime() ?? Infinity
    return {
      signedAt: new Date(iat * 1000),
      currentUntil: new Date(exp * 1000),
      kinds: kinds.sort((one, other) => order(one) - order(other) || (one.kind < other.kind ? -1 : 1)),
    }
  } catch (error) {
    if (error instanceof FederationError) return null
    throw error
  }
}

const toDate = (seconds: number | null) => (seconds === null ? null : new Date(seconds * 1000))
