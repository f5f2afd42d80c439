/** What stands on a sheet that is not shown: what this device keeps of it, and what the server has. */
import type { Figure } from '#shared/board/figure.ts'
import type { SheetId } from '#shared/ids.ts'
import { BoardDoc } from '../engine/board-doc.ts'
import type { Letters } from '../engine/letters.ts'
import type { DocumentPort, Undo } from '../../sync/ports.ts'

export type ReadSheet = Readonly<{
  /** Bottom to top. */
  figures: readonly Figure[]
  /** The server could be asked: this is all that is there. */
  isWhole: boolean
}>

export type SheetSource = Readonly<{
  openSheet: (id: SheetId) => DocumentPort
  letters: Letters
  /** Whether the server may answer yet. */
  canAsk: () => boolean
  /** After `canAsk` may have changed. */
  onCanAsk: (listener: () => void) => Undo
  /** Nobody waits longer for the server than until then. */
  signal: AbortSignal
}>

/** Once the server's state is here, or it will not come and what this device keeps has been read. */
export async function readSheet(
  id: SheetId,
  { openSheet, letters, canAsk, onCanAsk, signal }: SheetSource,
): Promise<ReadSheet> {
  using port = openSheet(id)
  const undos = new Set<Undo>()
  const isRead = (): boolean => {
    const { isLoaded, isSynced } = port.state()
    return isSynced || signal.aborted || (isLoaded && !canAsk())
  }
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (isRead()) resolve()
    }
    signal.addEventListener('abort', look)
    undos.add(port.onChange(look)).add(onCanAsk(look))
    undos.add(() => {
      signal.removeEventListener('abort', look)
    })
    look()
  })
  for (const undo of undos) undo()
  using doc = new BoardDoc(port, letters)
  return { figures: doc.pile(), isWhole: port.state().isSynced }
}
