/**
 * The pictures of one sheet: which shapes show which, how they look, and what this device has still to bring.
 *
 * Invariant: a picture that is on the sheet and kept on this device is brought, whatever becomes of a message with it;
 * and once it has been, everybody who has the sheet open is told. Rule BO8 of docs/PROTOCOL.md.
 */
import type { ErrorCode } from '#shared/errors.ts'
import type { FileHash } from '#shared/files/file.ts'
import type { ImageRow, ShapeId } from '#shared/board/shape.ts'
import type { Undo } from '../../sync/ports.ts'
import { Listeners } from '../../sync/listeners.ts'
import type { BoardDoc, BoardShape } from './board-doc.ts'
import type { LiveChannel } from './live-channel.ts'
import { Pictures, type PicturesWorld } from './pictures.ts'

/** How far the bytes of a picture are that is kept here. */
export type Bringing =
  | Readonly<{ kind: 'waiting' }>
  | Readonly<{ kind: 'sending'; part: number }>
  | Readonly<{ kind: 'failed'; code: ErrorCode }>

/** Where this device keeps what the server has not got yet. */
export type PictureStore = Readonly<{
  pending(): ReadonlyMap<FileHash, Readonly<{ kind: 'there' }> | Bringing>
  pin(hash: FileHash): void
  /** Goes on bringing at once. */
  retry(): void
  onChange(listener: () => void): Undo
}>

export type PictureShape = BoardShape & Readonly<{ row: ImageRow }>

type Parts = Readonly<{ doc: BoardDoc; live: LiveChannel; world: PicturesWorld }>

export class BoardPictures {
  readonly unpacked: Pictures
  readonly #doc: BoardDoc
  readonly #live: LiveChannel
  readonly #idsByHash = new Map<FileHash, Set<ShapeId>>()
  readonly #changes = new Listeners()
  readonly #undos: Undo[]
  #store: PictureStore | null = null
  #bringing: ReadonlyMap<FileHash, Bringing> = new Map()

  constructor({ doc, live, world }: Parts) {
    this.#doc = doc
    this.#live = live
    this.unpacked = new Pictures(world)
    for (const shape of doc.pile()) this.#index(shape, true)
    this.#undos = [
      doc.onChange(({ added, removed }) => {
        for (const shape of removed) this.#index(shape, false)
        for (const shape of added) this.#index(shape, true)
        this.#look()
      }),
      live.onBrought((hash) => {
        this.unpacked.arrived(hash)
      }),
    ]
  }

  /** What this device has to bring of what is on the sheet. */
  get bringing(): ReadonlyMap<FileHash, Bringing> {
    return this.#bringing
  }

  /** All pictures on the sheet. */
  *all(): Iterable<PictureShape> {
    for (const hash of this.#idsByHash.keys()) yield* this.shapesOf(hash)
  }

  shapesOf(hash: FileHash): readonly PictureShape[] {
    return [...(this.#idsByHash.get(hash) ?? [])].flatMap((id) => {
      const shape = this.#doc.shape(id)
      return shape !== null && isPicture(shape) ? shape : []
    })
  }

  /** From now on it is known what this device keeps. */
  follow(store: PictureStore): void {
    this.#store = store
    this.#undos.push(
      store.onChange(() => {
        this.#look()
      }),
    )
    this.#look()
    this.unpacked.retry()
  }

  /** The server is heard again: what was waited for may be had, and brought. */
  reconnected(): void {
    this.unpacked.retry()
    if (this.#bringing.size > 0) this.#store?.retry()
  }

  /** Told when `bringing` is another. */
  onChange(listener: () => void): Undo {
    return this.#changes.add(listener)
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undos.splice(0)) undo()
    this.unpacked[Symbol.dispose]()
  }

  #index(shape: BoardShape, isThere: boolean): void {
    if (!isPicture(shape)) return
    const { b: hash } = shape.row
    const ids = this.#idsByHash.get(hash) ?? new Set()
    if (isThere) ids.add(shape.id)
    else ids.delete(shape.id)
    if (ids.size === 0) this.#idsByHash.delete(hash)
    else this.#idsByHash.set(hash, ids)
  }

  #look(): void {
    if (this.#store === null) return
    const before = this.#bringing
    const pending = this.#store.pending()
    const bringing = new Map<FileHash, Bringing>()
    for (const [hash, state] of pending)
      if (state.kind !== 'there' && this.#idsByHash.has(hash)) bringing.set(hash, state)
    if (before.size === 0 && bringing.size === 0) return
    this.#bringing = bringing
    for (const hash of bringing.keys()) if (!before.has(hash)) this.#store.pin(hash)
    for (const hash of before.keys()) if (!pending.has(hash)) this.#live.tellBrought(hash)
    this.#changes.tell()
  }
}

function isPicture(shape: BoardShape): shape is PictureShape {
  return shape.row.k === 'image'
}
