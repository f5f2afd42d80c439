/** What goes into one message to another participant. */
import type { ToldEntry } from '../root-view.ts'
import type { DirectDocument } from './direct-document.ts'
import { encodeDirect } from './direct-frames.ts'
import { messageSizeMax } from './pipe.ts'

/** Bytes of entries in one message, but for a single one. */
const batchSizeMax = 64 * 1024

/** As many of these as fit one message; they are owed no more. */
export function takeBatch(ids: Set<string>, { own }: Pick<DirectDocument, 'own'>): readonly ToldEntry[] {
  const entries: ToldEntry[] = []
  let size = 0
  for (const id of ids) {
    const entry = own.get(id)
    if (entry !== undefined) {
      const entrySize = sizeOf(entry)
      if (entries.length > 0 && size + entrySize > batchSizeMax) return entries
      // One that no channel takes goes through the server alone.
      if (entrySize < messageSizeMax - batchSizeMax) {
        entries.push(entry)
        size += entrySize
      }
    }
    ids.delete(id)
  }
  return entries
}

/** About how many bytes it takes. */
function sizeOf({ root, key, value }: ToldEntry): number {
  const message = { kind: 'document', name: '', isSaved: false } as const
  return encodeDirect({ ...message, entries: [{ root, key, value, clock: 1 }] }).length + 8
}
