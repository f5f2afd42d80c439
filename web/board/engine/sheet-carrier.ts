/**
 * Sheets that were shown on this device and are not now: some at a time are kept open until the server has them.
 *
 * Invariant: a sheet is forgotten only once it is known to be saved, however many were drawn on without a network and
 * however often the page was loaded anew. Rule BO10 of docs/PROTOCOL.md.
 */
import type { SheetId } from '#shared/ids.ts'
import type { DocumentPort, Undo } from '../../sync/ports.ts'

export type CarriedSheet = Pick<DocumentPort, 'state' | 'onChange'> & Disposable

type Options = Readonly<{
  openSheet: (id: SheetId) => CarriedSheet
  /** What this device remembers of a visit before. */
  recalled: Iterable<SheetId>
  remember: (ids: readonly SheetId[]) => void
}>

/** Sheets that are open at once beside the one that is shown: a socket has only so many documents. */
const carriedMax = 3

export class SheetCarrier implements Disposable {
  readonly #options: Options
  /** The newest last. */
  readonly #waiting: Set<SheetId>
  readonly #carried = new Map<SheetId, Undo>()
  #shown: SheetId | null = null

  constructor(options: Options) {
    this.#options = options
    this.#waiting = new Set(options.recalled)
  }

  /** This one is shown now: whoever shows it has it open, and it may be drawn on. */
  show(id: SheetId): void {
    this.#shown = id
    this.#carried.get(id)?.()
    this.#waiting.delete(id)
    this.#waiting.add(id)
    this.#remember()
    this.#carry()
  }

  #carry(): void {
    for (const id of this.#waiting) {
      if (this.#carried.size >= carriedMax) return
      if (id !== this.#shown && !this.#carried.has(id)) this.#open(id)
    }
  }

  #open(id: SheetId): void {
    const sheet = this.#options.openSheet(id)
    const look = (): void => {
      const { isSynced, hasUnsent } = sheet.state()
      if (!isSynced || hasUnsent) return
      end()
      this.#waiting.delete(id)
      this.#remember()
      this.#carry()
    }
    const unwatch = sheet.onChange(look)
    const end = (): void => {
      this.#carried.delete(id)
      unwatch()
      sheet[Symbol.dispose]()
    }
    this.#carried.set(id, end)
  }

  #remember(): void {
    this.#options.remember([...this.#waiting])
  }

  [Symbol.dispose](): void {
    for (const end of [...this.#carried.values()]) end()
  }
}
