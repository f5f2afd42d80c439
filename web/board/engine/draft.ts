/**
 * The stroke being drawn, kept on the device every half second, so that a crash or reload loses no more than that.
 *
 * It belongs to the tab (session storage): another tab must not commit it. A draft that cannot be kept costs nothing
 * but its safety, so a full or forbidden storage is left alone from then on.
 */
import { isInkRow, isShapeRow, parseShapeKey, type InkRow, type ShapeId } from '#shared/board/shape.ts'
import type { Undo } from '../../sync/ports.ts'
import type { World } from './world.ts'

export type DraftStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

export type Draft = Readonly<{ id: ShapeId; row: InkRow }>

/** How much drawing may be lost. */
const draftIntervalMs = 500
/** By then the device's copy of the document has been written. */
const storedAfterMs = 2_000

export class DraftKeeper {
  readonly #storage: DraftStorage
  readonly #key: string
  readonly #world: World
  #isUsable = true
  #stopTimer: Undo | null = null

  /** `key` names the sheet and who draws on it. */
  constructor(storage: DraftStorage, key: string, world: World) {
    this.#storage = storage
    this.#key = key
    this.#world = world
  }

  /** Keeps what `draft` returns, now and again, until `end`. */
  begin(draft: () => Draft | null): void {
    this.#stopTimer?.()
    this.#stopTimer = this.#world.after(draftIntervalMs, () => {
      const current = draft()
      if (current === null) return
      this.keep(current)
      this.begin(draft)
    })
  }

  /** Keeps this one until `end`, or until another is begun. */
  keep(draft: Draft): void {
    this.#try(() => {
      this.#storage.setItem(this.#key, write(draft))
    })
  }

  /**
   * The stroke is in the document. It stays a draft for a moment: a page that closes now, which is why a stroke often
   * ends, may not live to write its copy of the document.
   */
  settle(draft: Draft): void {
    this.keep(draft)
    this.#stopTimer?.()
    this.#stopTimer = this.#world.after(storedAfterMs, () => {
      this.end()
    })
  }

  /** The stroke is safe, given up, or changed again. */
  end(): void {
    this.#stopTimer?.()
    this.#stopTimer = null
    this.#try(() => {
      this.#storage.removeItem(this.#key)
    })
  }

  /** What an earlier page left behind, or null. */
  read(): Draft | null {
    const text = this.#try(() => this.#storage.getItem(this.#key))
    return text === null ? null : parse(text)
  }

  [Symbol.dispose](): void {
    this.#stopTimer?.()
    this.#stopTimer = null
  }

  #try<Result>(use: () => Result): Result | null {
    if (!this.#isUsable) return null
    try {
      return use()
    } catch {
      this.#isUsable = false
      return null
    }
  }
}

function write({ id, row }: Draft): string {
  const packed = Array.from(row.p, (byte) => String.fromCharCode(byte)).join('')
  return JSON.stringify({ id, row: { ...row, p: btoa(packed) } })
}

function parse(text: string): Draft | null {
  try {
    const { id, row } = JSON.parse(text) as { id: string; row: Record<string, unknown> }
    const packed = Uint8Array.from(atob(String(row['p'])), (character) => character.charCodeAt(0))
    const value = { ...row, p: packed }
    const key = parseShapeKey(id)
    return key?.register === null && isShapeRow(value) && isInkRow(value) ? { id: key.id, row: value } : null
  } catch {
    return null
  }
}
