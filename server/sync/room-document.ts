/** The room document: what SQL knows of a room, for its people to see. Only the server writes it (D3). */
import type * as Y from 'yjs'
import type { RoomChat } from '#shared/room.ts'
import type { PinRow } from '../store/pins.ts'
import type { RoomSnapshot } from '../ports.ts'

/** Makes the document say what the snapshot says. Writes only what differs, so that calling it again changes nothing. */
export function reconcileRoom(
  doc: Y.Doc,
  { info, people, boards }: RoomSnapshot,
  chat: RoomChat,
  pins: readonly PinRow[],
): void {
  reconcileMap(doc.getMap('info'), info)
  reconcileMap(
    doc.getMap('people'),
    Object.fromEntries(people.map(({ seat, ...person }) => [String(seat), person])),
  )
  reconcileMap(doc.getMap('chat'), chat)
  reconcileMap(doc.getMap('boards'), Object.fromEntries(boards.map(({ id, ...board }) => [id, board])))
  reconcileMap(doc.getMap('pins'), Object.fromEntries(pins.map(({ key, ...pin }) => [key, pin])))
}

function reconcileMap(map: Y.Map<unknown>, wanted: Readonly<Record<string, unknown>>): void {
  for (const key of map.keys()) if (!Object.hasOwn(wanted, key)) map.delete(key)
  for (const [key, value] of Object.entries(wanted)) {
    if (JSON.stringify(map.get(key)) !== JSON.stringify(value)) map.set(key, value)
  }
}
