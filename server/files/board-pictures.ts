/**
 * Tells the index which shapes of an open board are pictures, and of which files (FI4).
 *
 * Only rows are looked at: what is changed of a shape lies beside it (BO6), and never is another picture.
 */
import type * as Y from 'yjs'
import type { ShapeRow } from '#shared/board/shape.ts'
import type { FileHash } from '#shared/files/file.ts'
import type { RoomId, SheetId } from '#shared/ids.ts'
import type { ChatIndex } from '../chat/chat-index.ts'
import type { Clock } from '../ports.ts'

type Options = Readonly<{ index: Pick<ChatIndex, 'refer'>; clock: Clock }>

/** For as long as the document is in memory. */
export function watchPictures(
  { roomId, sheetId }: Readonly<{ roomId: RoomId; sheetId: SheetId }>,
  doc: Y.Doc,
  { index, clock }: Options,
): void {
  const shapes = doc.getMap<unknown>('shapes')
  const known = new Set<string>()
  for (const [key, value] of shapes.entries()) if (fileOf(key, value) !== null) known.add(key)
  shapes.observe(({ keysChanged }) => {
    for (const key of keysChanged as ReadonlySet<string>) {
      const hash = fileOf(key, shapes.get(key))
      if (hash === null && !known.delete(key)) continue
      if (hash !== null) known.add(key)
      index.refer(roomId, `${sheetId}/${key}`, hash === null ? [] : [hash], clock())
    }
  })
}

/** Null for what is no picture. The guard has seen to it that a row is one. */
function fileOf(key: string, value: unknown): FileHash | null {
  const row = key.includes(':') ? undefined : (value as ShapeRow | undefined)
  return row?.k === 'image' ? row.b : null
}
