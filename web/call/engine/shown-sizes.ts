/**
 * How large this page shows whose pictures, told to their senders (rules CA12 and CA13 of docs/PROTOCOL.md).
 *
 * A picture may stand in several places at once, or in none: the largest counts. That it is shown is told at once, that
 * it is another size when it has come to rest, and that it is not shown after a moment: who only looks away, or whose
 * stage is laid out anew, keeps it.
 */
import type { PictureName, PictureSize } from '#shared/call/shown.ts'
import type { CallEngine } from './call.ts'
import type { Clock, Undo } from './world.ts'

export type ShownPicture = Readonly<{ clientId: number; name: PictureName }>

/** A window that is drawn larger, or a stage that moves, has come to rest after this. */
const restMs = 300
const unseenMs = 1_000
/** Sizes are told in steps of so many pixels of the screen. */
const stepPx = 32
const names = ['camera', 'screen'] as const

type Told = { size: PictureSize | null | undefined; cancel: Undo | null }

export class ShownSizes {
  readonly #clock: Clock
  readonly #places = new Map<object, ShownPicture & Readonly<{ size: PictureSize }>>()
  /** By picture, of those who are in the call. */
  readonly #told = new Map<string, Told>()
  #engine: Pick<CallEngine, 'setShown'> | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** From now on this call is told. */
  follow(engine: Pick<CallEngine, 'setShown' | 'snapshot' | 'onChange'>): void {
    this.#keepOnly(new Set())
    this.#engine = engine
    const look = (): void => {
      if (this.#engine !== engine) return
      const others = engine.snapshot().participants.filter(({ isSelf }) => !isSelf)
      this.#keepOnly(new Set(others.map(({ clientId }) => clientId)))
      for (const { clientId } of others)
        for (const name of names) if (!this.#told.has(keyOf({ clientId, name }))) this.#begin(clientId, name)
    }
    engine.onChange(look)
    look()
  }

  /** This place shows the picture in this size, in pixels of the screen; null if it does not. */
  put(place: object, picture: ShownPicture, size: PictureSize | null): void {
    const before = this.#places.get(place)
    if (size === null) this.#places.delete(place)
    else this.#places.set(place, { ...picture, size: inSteps(size) })
    if (before !== undefined && keyOf(before) !== keyOf(picture)) this.#settle(before)
    this.#settle(picture)
  }

  /** This place shows nothing more. */
  drop(place: object): void {
    const before = this.#places.get(place)
    if (before === undefined) return
    this.#places.delete(place)
    this.#settle(before)
  }

  #begin(clientId: number, name: PictureName): void {
    this.#told.set(keyOf({ clientId, name }), { size: undefined, cancel: null })
    this.#settle({ clientId, name })
  }

  #keepOnly(clientIds: ReadonlySet<number>): void {
    for (const [key, { cancel }] of this.#told) {
      if (clientIds.has(Number(key.split(' ')[0]))) continue
      cancel?.()
      this.#told.delete(key)
    }
  }

  /** Tells what is true of a picture now, once that has stayed true. */
  #settle(picture: ShownPicture): void {
    const told = this.#told.get(keyOf(picture))
    if (told === undefined) return
    told.cancel?.()
    told.cancel = null
    const size = this.#sizeOf(picture)
    if (isSame(size, told.size)) return
    const tell = (): void => {
      told.cancel = null
      told.size = size
      this.#engine?.setShown(picture.clientId, picture.name, size)
    }
    if (size !== null && (told.size === null || told.size === undefined)) tell()
    else told.cancel = this.#clock.after(size === null ? unseenMs : restMs, tell)
  }

  #sizeOf({ clientId, name }: ShownPicture): PictureSize | null {
    const sizes = [...this.#places.values()].flatMap((place) =>
      place.clientId === clientId && place.name === name ? [place.size] : [],
    )
    if (sizes.length === 0) return null
    return {
      width: Math.max(...sizes.map(({ width }) => width)),
      height: Math.max(...sizes.map(({ height }) => height)),
    }
  }
}

function keyOf({ clientId, name }: ShownPicture): string {
  return `${String(clientId)} ${name}`
}

function inSteps({ width, height }: PictureSize): PictureSize {
  const up = (length: number): number => Math.max(1, Math.ceil(length / stepPx)) * stepPx
  return { width: up(width), height: up(height) }
}

function isSame(one: PictureSize | null, other: PictureSize | null | undefined): boolean {
  if (one === null || other === null || other === undefined) return one === other
  return one.width === other.width && one.height === other.height
}
