/** Pinning messages, and taking pins away. Rule CH14 of docs/PROTOCOL.md. */
import { AppError } from '#shared/errors.ts'
import { parseMessageKey, type MessageKey } from '#shared/chat/message.ts'
import type { PersonId } from '#shared/ids.ts'
import { pinsMax } from '#shared/limits.ts'
import type { Presences } from '../ports.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { Store } from '../store/open.ts'

type Options = Readonly<{
  store: Pick<Store, 'pins' | 'messages'>
  rooms: Pick<Rooms, 'enterTo'>
  presences: Pick<Presences, 'roomChanged'>
}>

export type Pins = ReturnType<typeof createPins>

/** `roomId` and `key` may be anything. */
export function createPins({ store, rooms, presences }: Options) {
  return {
    pin(personId: PersonId, roomId: string, key: string): void {
      const { room } = rooms.enterTo('pin', personId, roomId)
      if (!isKey(key) || !store.messages.isLeft(room.id, key)) throw new AppError('not-found')
      if (store.pins.has(room.id, key)) return
      if (store.pins.count(room.id) >= pinsMax) throw new AppError('pins-full')
      store.pins.add(room.id, key)
      presences.roomChanged(room.id)
    },

    unpin(personId: PersonId, roomId: string, key: string): void {
      const { room } = rooms.enterTo('pin', personId, roomId)
      if (!isKey(key)) throw new AppError('not-found')
      if (store.pins.remove(room.id, key)) presences.roomChanged(room.id)
    },
  }
}

function isKey(text: string): text is MessageKey {
  return parseMessageKey(text) !== null
}
