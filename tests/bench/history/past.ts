/** Rooms with a long past, straight into a database: as the server would have left them. */
import { crc32 } from 'node:zlib'
import * as Y from 'yjs'
import { messageKey, type MessageKey } from '#shared/chat/message.ts'
import { pageVersion, sealedField, type PageHeader } from '#shared/chat/page.ts'
import { clientIdOf, serverSeat, type PersonId, type RoomId, type Seat } from '#shared/ids.ts'
import { pageMessagesMax } from '#shared/limits.ts'
import { documentName } from '#shared/room.ts'
import { newRoomId } from '#server/random-id.ts'
import type { Store } from '#server/store/open.ts'
import { logTable } from '#server/store/log-rows.ts'

const betweenMs = 1_000
const writers = 3
const wordsPerMessage = 12
const wordCount = 20_000
const syllables = Array.from('klmnprst', (consonant) => ['a', 'o'].map((vowel) => consonant + vowel)).flat()

/** The common ones are short. */
export function wordOf(rank: number): string {
  const syllable = syllables[rank % syllables.length] ?? ''
  return rank < syllables.length ? syllable : wordOf(Math.floor(rank / syllables.length) - 1) + syllable
}

/** Words as often as a language has them (Zipf's law), and one that no other message has. */
export function textOf(number: number): string {
  const said = Array.from({ length: wordsPerMessage }, (_, index) =>
    wordOf(Math.floor(wordCount ** unitOf(number * wordsPerMessage + index)) - 1),
  )
  return `${said.join(' ')} number${String(number)}`
}

/** In [0, 1), the same each time (splitmix32). */
function unitOf(seed: number): number {
  let mixed = (seed + 0x9e3779b9) | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
}

/** A room in which so much was said, with a seat for this person. Its people are seats only. */
export function addPast(store: Store, personId: PersonId, messageCount: number, nowMs = Date.now()): RoomId {
  const roomId = newRoomId()
  const firstMs = nowMs - messageCount * betweenMs
  const rows = logTable(store.db)
  store.db.transaction(() => {
    store.rooms.add({
      id: roomId,
      title: 'A long past',
      access: 'invite',
      createdBy: personId,
      nowMs: firstMs,
    })
    store.seats.take({ roomId, personId, role: 'owner', nowMs: firstMs })
  })()
  for (let base = 0, page = 0; base === 0 || base < messageCount; base += pageMessagesMax, page += 1) {
    const count = Math.min(pageMessagesMax, messageCount - base)
    store.db.transaction(() => {
      const keys = Array.from({ length: count }, (_, index): MessageKey => {
        const seat = (2 + ((base + index) % writers)) as Seat
        return messageKey(seat, firstMs + (base + index) * betweenMs, 0)
      })
      const a0 = firstMs + base * betweenMs
      const data = pageOf({ v: pageVersion, page, base, a0, o0: base }, keys, base + count < messageCount)
      rows.add({
        doc: documentName({ kind: 'chat', roomId, page }),
        data,
        crc: crc32(data),
        writer: serverSeat,
        atMs: nowMs,
      })
      for (const [index, key] of keys.entries()) {
        const number = base + index
        const atMs = a0 + index * betweenMs
        store.messages.add({
          roomId,
          key,
          page,
          text: textOf(number),
          atMs,
          number: number + 1,
          mentions: [],
          thread: null,
        })
        store.rooms.addMessage(roomId, atMs)
      }
      store.messages.takeInTexts()
      store.rooms.setChatTail(roomId, page)
    })()
  }
  return roomId
}

function pageOf(header: PageHeader, keys: readonly MessageKey[], isSealed: boolean): Uint8Array {
  const doc = new Y.Doc()
  for (let writer = 0; writer < writers; writer += 1) {
    const said = new Y.Doc()
    said.clientID = clientIdOf((2 + writer) as Seat, header.page + 1)
    said.transact(() => {
      for (const [index, key] of keys.entries())
        if ((header.base + index) % writers === writer)
          said.getMap('m').set(key, { x: textOf(header.base + index), l: header.base + index + 1 })
    })
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(said))
  }
  doc.clientID = clientIdOf(serverSeat, header.page + 1)
  doc.transact(() => {
    for (const [field, value] of Object.entries(header)) doc.getMap('p').set(field, value)
    doc.getArray('s').push(keys.flatMap((key, index) => [key, index * betweenMs]))
    if (isSealed) doc.getMap('p').set(sealedField, keys.length)
  })
  return Y.encodeStateAsUpdate(doc)
}
