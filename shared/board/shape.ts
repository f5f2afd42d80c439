/**
 * A shape: its id, and the row the board's document keeps of it.
 *
 * The root map `shapes` is flat. A shape is one row under its id, never changed after it was written; what is changed
 * later lies beside it under a register key (`<id>:t` for its place, `:s` style, `:z` order, `:x` label). The id names
 * the seat that made the shape, so that nobody's row depends on another's. Rule BO1 of docs/PROTOCOL.md. Pure.
 */
import { isSeat, type Seat } from '../ids.ts'
import { shapeSizeMax } from '../limits.ts'
import { isPlainObject } from '../plain-object.ts'
import { isOrder } from './order.ts'

/** seat in base36, ".", 1–32 of `A-Z a-z 0-9 _ -`. */
export type ShapeId = `${string}.${string}`

/** What may be changed about a shape after it was drawn. */
export type Register = 't' | 's' | 'z' | 'x'

export type StrokeRow = Readonly<{
  k: 'stroke'
  /** Ink, 0…inkCount−1: a token, which each theme turns into a colour. */
  c: number
  /** Width in px, 1…strokeWidthMax, whole. */
  w: number
  /** Place in the pile: an index of order.ts. */
  z: string
  /** Points, packed by points.ts. */
  p: Uint8Array
}>

/** Other kinds of shape join here. */
export type ShapeRow = StrokeRow

/** How ink looks, before there are points. */
export type InkStyle = Readonly<{ ink: number; width: number }>

/** Inks a theme has. */
export const inkCount = 8
/** px of the widest stroke. */
export const strokeWidthMax = 64

const keyPattern = /^([0-9a-z]{1,5})\.[A-Za-z0-9_-]{1,32}(?::([tszx]))?$/
const strokeFields = new Set(['k', 'c', 'w', 'z', 'p'])
/** Base36 digits of chance in an id: 3.6 · 10^15 ids for each seat. */
const idChanceLength = 10

/** A new id. `random` is in [0, 1). */
export function newShapeId(seat: Seat, random: number): ShapeId {
  const chance = Math.floor(random * 36 ** idChanceLength)
  return `${seat.toString(36)}.${chance.toString(36).padStart(idChanceLength, '0')}`
}

/** What a key of the map `shapes` means, or null if it is none. */
export function parseShapeKey(
  key: string,
): Readonly<{ id: ShapeId; seat: Seat; register: Register | null }> | null {
  const match = keyPattern.exec(key)
  if (match === null) return null
  const [, seatText = '', register] = match
  const seat = parseInt(seatText, 36)
  if (!isSeat(seat) || seat.toString(36) !== seatText) return null
  const id = (register === undefined ? key : key.slice(0, -2)) as ShapeId
  return { id, seat, register: (register as Register | undefined) ?? null }
}

/** True for an ink and a width that a stroke may have. */
export function isInkStyle(ink: unknown, width: unknown): boolean {
  return isWhole(ink, 0, inkCount - 1) && isWhole(width, 1, strokeWidthMax)
}

/** True if this is a row as the schema has it. Its points are only measured; who draws them unpacks them. */
export function isShapeRow(value: unknown): value is ShapeRow {
  if (!isPlainObject(value)) return false
  const { k, c, w, z, p } = value
  return (
    k === 'stroke' &&
    Object.keys(value).every((field) => strokeFields.has(field)) &&
    isInkStyle(c, w) &&
    isOrder(z) &&
    p instanceof Uint8Array &&
    p.length > 0 &&
    p.length <= shapeSizeMax - rowHeadSizeMax
  )
}

/** Whether two rows say the same. */
export function isSameRow(a: ShapeRow, b: ShapeRow): boolean {
  return (
    a === b ||
    (a.c === b.c &&
      a.w === b.w &&
      a.z === b.z &&
      a.p.length === b.p.length &&
      a.p.every((byte, i) => byte === b.p[i]))
  )
}

/** Bytes of a row beside its points, at most. */
const rowHeadSizeMax = 512

function isWhole(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
}
