/**
 * The sheets of the room this page is in: which there are, which is shown, and who looks at which.
 *
 * What was drawn on a sheet without a network reaches the server also when another is shown: sheet-carrier.ts.
 */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { Sheet } from '#shared/board/sheet.ts'
import { isSheetId, type SheetId } from '#shared/ids.ts'
import { firstSheetId, sheetListId } from '#shared/room.ts'
import { recall, remember } from '../device.ts'
import type { Undo } from '../sync/ports.ts'
import type { RoomSession } from '../sync/room-session.ts'
import { SheetCarrier } from './engine/sheet-carrier.ts'
import { SheetList } from './engine/sheet-list.ts'

export type Onlooker = Readonly<{ personId: string; name: string }>

export const useSheetsStore = defineStore('sheets', () => {
  const sheets = shallowRef<readonly Sheet[]>([])
  const canChange = shallowRef(false)
  const canAdd = shallowRef(false)
  const shown = shallowRef<SheetId>(firstSheetId)
  const people = shallowRef<ReadonlyMap<SheetId, readonly Onlooker[]>>(new Map())
  /** The list on this device has been read. */
  const isLoaded = shallowRef(false)
  let list: SheetList | null = null
  let opened: Readonly<{ session: RoomSession; carrier: SheetCarrier; undo: Undo }> | null = null

  function open(session: RoomSession): void {
    close()
    const port = session.openBoard(sheetListId)
    const own = new SheetList(port, Math.random)
    const look = (): void => {
      sheets.value = own.sheets
      canChange.value = own.canChange
      canAdd.value = own.canAdd
      isLoaded.value = port.state().isLoaded
    }
    const lookAround = (): void => {
      people.value = onlookers(session)
    }
    const undos = [own.onChange(look), session.onHere(lookAround)]
    list = own
    const carrier = new SheetCarrier({
      openSheet: (id) => session.openBoard(id),
      recalled: recalledSheets(session),
      remember: (ids) => {
        remember(keyOf(session), ids)
      },
    })
    opened = {
      session,
      carrier,
      undo: () => {
        for (const undo of undos) undo()
        carrier[Symbol.dispose]()
        port[Symbol.dispose]()
      },
    }
    look()
    lookAround()
  }

  function close(): void {
    opened?.undo()
    opened = null
    list = null
    isLoaded.value = false
  }

  /** This sheet is shown now; what others are still to be sent is. */
  function show(id: SheetId): void {
    if (opened === null) return
    shown.value = id
    opened.session.presence.set('sheet', id)
    opened.carrier.show(id)
  }

  return {
    sheets,
    canChange,
    canAdd,
    shown,
    people,
    isLoaded,
    open,
    close,
    show,
    add: (name: string, after: SheetId | null = null) => list?.add(name, after) ?? null,
    rename: (id: SheetId, name: string) => list?.rename(id, name) ?? false,
    move: (id: SheetId, by: -1 | 1, name: string) => list?.move(id, by, name),
    remove: (id: SheetId, name: string) => list?.remove(id, name) ?? false,
    restore: (id: SheetId) => list?.restore(id),
  }
})

function keyOf({ roomId }: RoomSession): string {
  return `sheets.${roomId}`
}

function recalledSheets(session: RoomSession): SheetId[] {
  const kept = recall(keyOf(session))
  return Array.isArray(kept) ? kept.filter(isSheetId) : []
}

function onlookers(session: RoomSession): ReadonlyMap<SheetId, readonly Onlooker[]> {
  const found = new Map<SheetId, Map<string, Onlooker>>()
  for (const { user, sheet } of session.here().values()) {
    if (user === undefined || !isSheetId(sheet)) continue
    const { personId, name } = user
    found.set(sheet, (found.get(sheet) ?? new Map<string, Onlooker>()).set(personId, { personId, name }))
  }
  return new Map([...found].map(([sheet, byPerson]) => [sheet, [...byPerson.values()]]))
}
