/**
 * A person's library: drawings that are kept on this device, to be put on any board.
 *
 * What is kept of each is an Excalidraw file, read with the same distrust as one from anywhere: another version of this
 * program, or another program, may have written it. Without pictures: those belong to a room. Rule BO15.
 */
import type { Point } from '#shared/board/geometry.ts'
import { libraryNameMax, readLibrary, type LibraryDrawing } from '#shared/board/io/excalidraw-library.ts'
import { readExcalidraw, type ImportFault } from '#shared/board/io/excalidraw-read.ts'
import { writeExcalidraw } from '#shared/board/io/excalidraw-write.ts'
import type { PersonId } from '#shared/ids.ts'
import { importSizeMax, libraryItemsMax } from '#shared/limits.ts'
import { isPlainObject } from '#shared/plain-object.ts'
import { openKeptEntries } from '../../sync/kept-entries.ts'
import { storeName } from '../../sync/store-name.ts'
import type { KeptEntries } from '../../sync/world.ts'
import type { Editor } from '../engine/editor.ts'
import { readTheme } from '../engine/render/theme.ts'
import { toSvg } from './export.ts'
import { bring } from './import.ts'

export type LibraryItem = Readonly<{
  id: string
  /** Empty where nobody has named it. */
  name: string
  /** A picture of it, as a `data:` address. */
  preview: string
}>

type LibraryFault = ImportFault | 'unreadable' | 'full' | 'only-pictures' | 'not-kept'

/** How many came, and of how many nothing could be read; or why nothing changed. */
export type LibraryOutcome = Readonly<{ addedCount: number; damagedCount: number }> | LibraryFault

type Board = Readonly<{
  /** Of the sheet that is shown now; null while none is. */
  editor: () => Editor | null
  /** What is drawn on. Pictures of the drawings have its colours. */
  host: HTMLElement
}>

/** What a person keeps on this device, until disposed. It goes with them when they sign out (OF7). */
export function openLibrary(personId: PersonId, board: Board): Library {
  return new Library({ ...board, kept: openKeptEntries(storeName(personId, 'library')) })
}

const noPictures = { blobs: new Map(), dataUrls: new Map(), missingCount: 0 }

export class Library implements Disposable {
  readonly #parts: Board & Readonly<{ kept: KeptEntries }>

  constructor(parts: Board & Readonly<{ kept: KeptEntries }>) {
    this.#parts = parts
  }

  /** The newest first. What is not sound is not shown. Rejects where this device keeps nothing. */
  async all(): Promise<readonly LibraryItem[]> {
    const letters = this.#parts.editor()?.letters
    if (letters === undefined) return []
    const looks = { theme: readTheme(this.#parts.host), letters, pictures: noPictures }
    const wish = { scale: 1, hasBackground: false, hasScene: false } as const
    const entries = await this.#read()
    return entries.map(([id, { name, figures }]) => {
      const preview = `data:image/svg+xml,${encodeURIComponent(toSvg(figures, wish, looks))}`
      return { id, name, preview }
    })
  }

  /** Adds all drawings of a file, or none. */
  async open(file: Blob): Promise<LibraryOutcome> {
    if (file.size > 4 * importSizeMax) return 'too-large'
    const text = await file.text().catch(() => null)
    if (text === null) return 'unreadable'
    const read = readLibrary(text)
    if (read.kind === 'fault') return read.fault
    const fault = await this.#keep(read.drawings)
    return fault ?? { addedCount: read.drawings.length, damagedCount: read.damagedCount }
  }

  /** Adds what is chosen, as one drawing, named after what is written in it. */
  async addChosen(): Promise<LibraryOutcome> {
    const figures = (this.#parts.editor()?.selection.shapes ?? []).filter(({ kind }) => kind !== 'image')
    if (figures.length === 0) return 'only-pictures'
    const words = figures.find(({ text }) => text.trim() !== '')?.text.trim() ?? ''
    const name = (words.split('\n')[0] ?? '').slice(0, libraryNameMax).toWellFormed()
    return (await this.#keep([{ name, figures }])) ?? { addedCount: 1, damagedCount: 0 }
  }

  /** Returns what puts it back where it was. */
  async remove(id: string): Promise<() => Promise<void>> {
    const { kept } = this.#parts
    const value = (await kept.all()).find(([key]) => key === id)?.[1]
    await kept.remove(id)
    return () => kept.put(id, value)
  }

  /**
   * Puts a drawing on the board, in one action: around a place of the page, or in the middle of what is seen. False if
   * this person may not.
   */
  async place(id: string, at: Point | null): Promise<boolean> {
    const kept = (await this.#read()).find(([key]) => key === id)?.[1]
    const { editor: editorNow, host } = this.#parts
    const editor = editorNow()
    if (kept === undefined || editor === null) return false
    const { left, top } = host.getBoundingClientRect()
    const to = at === null ? null : editor.toBoard({ x: at.x - left, y: at.y - top })
    return bring(editor, kept.figures, to)
  }

  /** All of them, or none. */
  async #keep(drawings: readonly LibraryDrawing[]): Promise<'full' | 'not-kept' | null> {
    const { kept } = this.#parts
    const written: string[] = []
    try {
      const keys = (await kept.all()).map(([key]) => Number.parseInt(key, 10) || 0)
      if (keys.length + drawings.length > libraryItemsMax) return 'full'
      let last = keys.reduce((highest, key) => Math.max(highest, key), 0)
      for (const { name, figures } of drawings.toReversed()) {
        // Another page may add one at the same time.
        const key = `${String((last += 1)).padStart(9, '0')}.${Math.random().toString(36).slice(2)}`
        await kept.put(key, { name, text: writeExcalidraw(figures, 'Stoa') })
        written.push(key)
      }
      return null
    } catch {
      // A full disk, or a browser that forbids it.
      for (const key of written) await kept.remove(key).catch(() => undefined)
      return 'not-kept'
    }
  }

  async #read(): Promise<(readonly [id: string, kept: LibraryDrawing])[]> {
    const entries = await this.#parts.kept.all()
    return entries
      .flatMap(([id, value]) => {
        const kept = keptOf(value)
        return kept === null ? [] : [[id, kept] as const]
      })
      .sort(([a], [b]) => (a < b ? 1 : -1))
  }

  [Symbol.dispose](): void {
    this.#parts.kept.close()
  }
}

function keptOf(value: unknown): LibraryDrawing | null {
  if (!isPlainObject(value) || typeof value['name'] !== 'string' || typeof value['text'] !== 'string')
    return null
  const read = readExcalidraw(value['text'])
  return read.kind === 'fault' ? null : { name: value['name'], figures: read.figures }
}
