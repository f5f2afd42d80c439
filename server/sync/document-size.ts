/**
 * How large the boards are that somebody has open, and which of them are full (Y-26).
 *
 * Nobody can read a board that only ever grows. What comes in is added up; that counts what was replaced and erased as
 * well, so the document is measured before it is called large or full, at most once for each megabyte that came in.
 * Invariant: a full one stays full while it is open, and is no more than one frame larger than its limit.
 */
import * as Y from 'yjs'
import { boardSizeLarge, boardSizeMax } from '#shared/limits.ts'
import type { Logger } from '../log.ts'

const measureAgainSize = 1024 * 1024

type Sized = {
  readonly doc: Y.Doc
  /** Bytes: as measured, and with what has come in since. */
  measuredSize: number
  size: number
  isLarge: boolean
  isFull: boolean
}

type Limits = Readonly<{ large: number; max: number; measureAgain: number }>

const usualLimits: Limits = { large: boardSizeLarge, max: boardSizeMax, measureAgain: measureAgainSize }

export class DocumentSizes {
  readonly #sizedByName = new Map<string, Sized>()
  readonly #log: Logger
  readonly #limits: Limits

  constructor(log: Logger, limits = usualLimits) {
    this.#log = log
    this.#limits = limits
  }

  loaded(name: string, doc: Y.Doc): void {
    const size = sizeOf(doc)
    const sized = { doc, measuredSize: size, size, isLarge: false, isFull: false }
    this.#sizedByName.set(name, sized)
    this.#look(name, sized)
  }

  /** So many bytes came in. Returns whether they have made it full. */
  grew(name: string, bytes: number): boolean {
    const sized = this.#sizedByName.get(name)
    if (sized === undefined || sized.isFull) return false
    sized.size += bytes
    this.#look(name, sized)
    return sized.isFull
  }

  isFull(name: string): boolean {
    return this.#sizedByName.get(name)?.isFull === true
  }

  unloaded(name: string): void {
    this.#sizedByName.delete(name)
  }

  #look(name: string, sized: Sized): void {
    const { large, max, measureAgain } = this.#limits
    const next = sized.isLarge ? max : large
    if (sized.size >= next && sized.size - sized.measuredSize >= measureAgain) {
      sized.measuredSize = sizeOf(sized.doc)
      sized.size = sized.measuredSize
    }
    if (sized.size >= large && !sized.isLarge) {
      sized.isLarge = true
      this.#log.warn({ document: name, bytes: sized.size }, 'a board has become large')
    }
    if (sized.size >= max) {
      sized.isFull = true
      this.#log.warn({ document: name, bytes: sized.size }, 'a board is full')
    }
  }
}

/** Bytes of all of it, as a new reader gets it. */
function sizeOf(doc: Y.Doc): number {
  return Y.encodeStateAsUpdate(doc).length
}
