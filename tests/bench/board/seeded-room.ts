/** A room whose board holds these strokes, straight into a database: as the server would have left it. */
import { crc32 } from 'node:zlib'
import * as Y from 'yjs'
import { orderBetween } from '#shared/board/order.ts'
import { packPoints } from '#shared/board/points.ts'
import { newShapeId } from '#shared/board/shape.ts'
import { clientIdOf, serverSeat, type PersonId, type RoomId, type Seat } from '#shared/ids.ts'
import { documentName, firstSheetId } from '#shared/room.ts'
import { newRoomId } from '#server/random-id.ts'
import { logTable } from '#server/store/log-rows.ts'
import type { Store } from '#server/store/open.ts'
import { Chance } from '../../support/chance.ts'
import type { Stroke } from './strokes.ts'

/** Who has drawn it: somebody who is only a seat. */
const drawer = 2 as Seat

/** The room; `personId` owns it. */
export function addDrawnRoom(store: Store, personId: PersonId, strokes: readonly Stroke[]): RoomId {
  const roomId = newRoomId()
  const nowMs = Date.now()
  const sheet = Y.encodeStateAsUpdate(drawnDoc(strokes))
  store.db.transaction(() => {
    store.rooms.add({ id: roomId, title: 'A full board', access: 'invite', createdBy: personId, nowMs })
    store.seats.take({ roomId, personId, role: 'owner', nowMs })
    addSheet(store, roomId, sheet)
  })()
  return roomId
}

/** Puts what is drawn on the room's first sheet, as an update. */
export function addSheet(store: Store, roomId: RoomId, sheet: Uint8Array): void {
  logTable(store.db).add({
    doc: documentName({ kind: 'board', roomId, sheetId: firstSheetId }),
    data: sheet,
    crc: crc32(sheet),
    writer: serverSeat,
    atMs: Date.now(),
  })
}

/** A sheet with these strokes, each written in a transaction of its own. */
export function drawnDoc(strokes: readonly Stroke[]): Y.Doc {
  const doc = new Y.Doc()
  doc.clientID = clientIdOf(drawer, 1)
  const chance = new Chance(1)
  const shapes = doc.getMap('shapes')
  let order: string | null = null
  for (const stroke of strokes) {
    order = orderBetween(order, null, chance.next())
    shapes.set(newShapeId(drawer, chance.next()), {
      k: 'stroke',
      c: 0,
      w: 2,
      z: order,
      p: packPoints(stroke, false),
    })
  }
  return doc
}
