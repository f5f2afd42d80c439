/**
 * The sheets of a room: each a document of its own, and a small one that lists them.
 *
 * The list is the root map `sheets` of the document `board/<room>/sheets`: under each sheet's id its name and its place
 * among the others. A sheet that was taken out keeps its entry, with a mark, and its document: so it can come back whole.
 * Every room has the sheet `main`, listed or not. Rule BO10 of docs/PROTOCOL.md. Pure.
 */
import { isSheetId, type Seat, type SheetId } from '../ids.ts'
import { cleanName, refuseRoomTitle } from '../names.ts'
import { isPlainObject } from '../plain-object.ts'
import { firstSheetId, sheetListId } from '../room.ts'
import { compareOrder, isOrder } from './order.ts'

/** `n`: name; `z`: its place, an index of order.ts; `x`: it was taken out. */
export type SheetFields = Readonly<{ n: string; z: string; x?: 1 }>

export type Sheet = Readonly<{
  id: SheetId
  /** Empty for a first sheet that nobody has named. */
  name: string
  order: string
}>

const firstOrder = 'V00001'
/** Base36 digits of chance in an id. */
const idChanceLength = 10

/** True for what the list may hold. */
export function isSheetFields(value: unknown): value is SheetFields {
  if (!isPlainObject(value)) return false
  const { n, z, x, ...rest } = value
  return (
    Object.keys(rest).length === 0 &&
    typeof n === 'string' &&
    n === cleanName(n) &&
    refuseRoomTitle(n) === null &&
    isOrder(z) &&
    (x === undefined || x === 1)
  )
}

/** True for a name of a sheet: the list itself is none. */
export function isListable(key: string): key is SheetId {
  return isSheetId(key) && key !== sheetListId
}

/** A new id, which no other seat can draw. `random` is in [0, 1). */
export function newSheetId(seat: Seat, random: number): SheetId {
  const chance = Math.floor(random * 36 ** idChanceLength).toString(36)
  return `${seat.toString(36)}-${chance.padStart(idChanceLength, '0')}` as SheetId
}

/** The sheets there are, in their order; always at least the first. */
export function sheetsOf(list: Iterable<readonly [string, unknown]>): readonly Sheet[] {
  const first: Sheet = { id: firstSheetId, name: '', order: firstOrder }
  const sheets = new Map<string, Sheet>([[first.id, first]])
  for (const [id, value] of list) {
    if (!isListable(id) || !isSheetFields(value)) continue
    if (value.x === 1) sheets.delete(id)
    else sheets.set(id, { id, name: value.n, order: value.z })
  }
  return sheets.size === 0 ? [first] : [...sheets.values()].sort(compareOrder)
}
