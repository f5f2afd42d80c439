/**
 * A shape: its id, and the row the board's document keeps of it.
 *
 * The root map `shapes` is flat. A shape is one row under its id, never changed after it was written; what is changed
 * later lies beside it under a register key: `<id>:t` its place, `:s` style, `:z` order, `:g` groups, `:l` lock, and
 * `:x<pen>` what one pen has written in it (text.ts). The id names the seat that made the shape, so that nobody's row
 * depends on another's. A row or register of a kind that is not known here is not shown and not touched. Rules BO1 and
 * BO6 of docs/PROTOCOL.md. Pure.
 */
import { isFileHash, isPictureSize, type FileHash } from '../files/file.ts'
import { isSeat, type Seat } from '../ids.ts'
import { shapeSizeMax } from '../limits.ts'
import { isPlainObject } from '../plain-object.ts'
import { isOrder } from './order.ts'
import { isEndsFields, isPlaceFields, type EndsFields, type PlaceFields } from './place.ts'
import { hasStyleFields, isStyleField, isStyleFields, type StyleFields } from './style.ts'
import { isPenLog, type PenLog } from './text.ts'

/** seat in base36, ".", 1–32 of `A-Z a-z 0-9 _ -`. */
export type ShapeId = `${string}.${string}`

/** What may be changed about a shape after it was drawn. */
export type Register = 't' | 's' | 'z' | 'g' | 'l' | 'x'

export const inkKinds = ['stroke', 'highlight'] as const
export const boxKinds = ['rectangle', 'ellipse', 'diamond', 'text', 'note', 'frame'] as const
export const lineKinds = ['line', 'arrow'] as const

export type InkKind = (typeof inkKinds)[number]
export type BoxKind = (typeof boxKinds)[number]
export type LineKind = (typeof lineKinds)[number]
export type ShapeKind = InkKind | BoxKind | LineKind | 'image'

/** `z`: the place in the pile, an index of order.ts. */
type Row<Kind> = StyleFields & Readonly<{ k: Kind; z: string }>
/** `p`: points, packed by points.ts. */
export type InkRow = Row<InkKind> & Readonly<{ p: Uint8Array }>
export type StrokeRow = InkRow & Readonly<{ k: 'stroke' }>
export type BoxRow = Row<BoxKind> & Readonly<{ t: PlaceFields }>
export type LineRow = Row<LineKind> & Readonly<{ t: EndsFields }>
/** `b`: the SHA-256 of its bytes, in hex, which are kept elsewhere. `i`: its own pixels, across and down (BO8). */
export type ImageRow = Row<'image'> &
  Readonly<{ t: PlaceFields; b: FileHash; m: ImageType; i: readonly [width: number, height: number] }>
export type ShapeRow = InkRow | BoxRow | LineRow | ImageRow

/** What a row says of its picture, wherever that stands. */
export type PictureFields = Pick<ImageRow, 'b' | 'm' | 'i'>

const imageTypes = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'] as const
export type ImageType = (typeof imageTypes)[number]

/** What a key of the map `shapes` can hold. */
export type BoardValue =
  ShapeRow | PlaceFields | EndsFields | StyleFields | PenLog | string | readonly string[] | 1

export type ShapeKey = Readonly<{ id: ShapeId; seat: Seat; register: Register | null }>

const keyPattern =
  /^([0-9a-z]{1,5})\.[A-Za-z0-9_-]{1,32}(?::(?:([tszgl])|(x)[0-9a-z]{1,5}\.[0-9a-z]{1,12}))?$/
const groupPattern = /^[0-9a-z]{1,12}$/
/** Groups within each other. */
export const groupDepthMax = 8
/** Base36 digits of chance in an id: 3.6 · 10^15 ids for each seat. */
const idChanceLength = 10
/** Bytes of a row beside its points, at most. */
const rowHeadSizeMax = 512

/** A new id. `random` is in [0, 1). */
export function newShapeId(seat: Seat, random: number): ShapeId {
  return `${seat.toString(36)}.${chanceOf(random, idChanceLength)}`
}

/** A new name for what one page writes into the texts of shapes. */
export function newPen(seat: Seat, random: number): string {
  return `${seat.toString(36)}.${chanceOf(random, 6)}`
}

/** A new name for a group. */
export function newGroup(random: number): string {
  return chanceOf(random, 8)
}

/** What a key of the map `shapes` means, or null if it is none. */
export function parseShapeKey(key: string): ShapeKey | null {
  const match = keyPattern.exec(key)
  if (match === null) return null
  const [, seatText = '', letter, pen] = match
  const seat = parseInt(seatText, 36)
  if (!isSeat(seat) || seat.toString(36) !== seatText) return null
  const register = (letter ?? pen ?? null) as Register | null
  const id = (register === null ? key : key.slice(0, key.indexOf(':'))) as ShapeId
  return { id, seat, register }
}

/** True if this is a row as the schema has it. Its points are only measured; who draws them unpacks them. */
export function isShapeRow(value: unknown): value is ShapeRow {
  if (!isPlainObject(value)) return false
  const { k, z } = value
  if (!isOrder(z) || !hasStyleFields(value)) return false
  if (isOneOf(inkKinds, k)) return hasOnly(value, 'p') && isPacked(value['p'])
  if (isOneOf(boxKinds, k)) return hasOnly(value, 't') && isPlaceFields(value['t'])
  if (isOneOf(lineKinds, k)) return hasOnly(value, 't') && isEndsFields(value['t'])
  if (k !== 'image') return false
  const { b, m, t, i } = value
  return (
    hasOnly(value, 't', 'b', 'm', 'i') &&
    isPlaceFields(t) &&
    isFileHash(b) &&
    isOneOf(imageTypes, m) &&
    Array.isArray(i) &&
    i.length === 2 &&
    isPictureSize(i[0], i[1])
  )
}

/** True if a register may hold this, whichever kind its shape is. */
export function isRegisterValue(register: Register, value: unknown): boolean {
  switch (register) {
    case 't':
      return isPlaceFields(value) || (isPlainObject(value) && isEndsFields(value))
    case 's':
      return isStyleFields(value)
    case 'z':
      return isOrder(value)
    case 'g':
      return isGroups(value)
    case 'l':
      return value === 1
    case 'x':
      return isPenLog(value)
  }
}

/** Names of groups, the outermost first. */
export function isGroups(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= groupDepthMax &&
    value.every((group) => typeof group === 'string' && groupPattern.test(group))
  )
}

/** Whether two values of a sheet say the same. */
export function isSameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array) || a.length !== b.length) return false
    return a.every((byte, i) => byte === b[i])
  }
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const [fields, others] = [Object.entries(a), b as Record<string, unknown>]
  return (
    fields.length === Object.keys(b).length &&
    fields.every(([field, value]) => Object.hasOwn(others, field) && isSameValue(value, others[field]))
  )
}

export function isInkRow(row: ShapeRow): row is InkRow {
  return isOneOf(inkKinds, row.k)
}

function isPacked(value: unknown): boolean {
  return value instanceof Uint8Array && value.length > 0 && value.length <= shapeSizeMax - rowHeadSizeMax
}

function hasOnly(value: Readonly<Record<string, unknown>>, ...fields: readonly string[]): boolean {
  return Object.keys(value).every(
    (field) => field === 'k' || field === 'z' || isStyleField(field) || fields.includes(field),
  )
}

function isOneOf<Name extends string>(names: readonly Name[], value: unknown): value is Name {
  return (names as readonly unknown[]).includes(value)
}

function chanceOf(random: number, length: number): string {
  return Math.floor(random * 36 ** length)
    .toString(36)
    .padStart(length, '0')
}
