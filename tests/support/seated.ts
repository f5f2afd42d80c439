/** People with a seat in one room, as clients of a server: what tests of its documents begin with. */
import assert from 'node:assert/strict'
import * as Y from 'yjs'
import { messageKey } from '#shared/chat/message.ts'
import { packPoints } from '#shared/board/points.ts'
import { newShapeId } from '#shared/board/shape.ts'
import type { RoomResponse } from '#shared/http.ts'
import { clientIdOf, type PersonId, type Seat } from '#shared/ids.ts'
import { documentName, firstSheetId, rootsByKind, type DocumentKind } from '#shared/room.ts'
import { TestClient } from './client.ts'

export type Seated = Readonly<{ client: TestClient; personId: PersonId; seat: Seat; answer: RoomResponse }>

export type Names = Readonly<Record<DocumentKind, string>>

/** The first has made the room, the others were invited. `names` are those of its documents. */
export async function seatedRoom(
  server: Readonly<{ origin: string }>,
  ...names: readonly string[]
): Promise<Readonly<{ people: readonly Seated[]; names: Names }>> {
  const clients: TestClient[] = []
  for (const name of names) clients.push(await TestClient.register(server, name))
  const [host, ...others] = clients
  assert.ok(host !== undefined)
  const answer = await host.createRoom()
  const { token } = await host.invite(answer.room.id)
  const people = [await seatedAs(host, answer)]
  for (const client of others) people.push(await seatedAs(client, await client.accept(token)))
  const roomId = answer.room.id
  return {
    people,
    names: {
      room: documentName({ kind: 'room', roomId }),
      chat: documentName({ kind: 'chat', roomId, page: 0 }),
      board: documentName({ kind: 'board', roomId, sheetId: firstSheetId }),
    },
  }
}

async function seatedAs(client: TestClient, answer: RoomResponse): Promise<Seated> {
  const { me } = await client.me()
  assert.ok(me !== null)
  return { client, personId: me.id, seat: answer.seat, answer }
}

/** A replica whose changes are of this seat. */
export function replicaOf(seat: Seat, kind: DocumentKind = 'chat', random32 = 1): Y.Doc {
  const doc = new Y.Doc()
  doc.clientID = clientIdOf(seat, random32)
  for (const root of rootsByKind[kind]) {
    if (root === 's') doc.getArray(root)
    else doc.getMap(root)
  }
  return doc
}

/** What a local change adds to a replica, as an update. */
export function changeOf(doc: Y.Doc, change: (doc: Y.Doc) => void): Uint8Array {
  const before = Y.encodeStateVector(doc)
  const updates: Uint8Array[] = []
  const keep = (update: Uint8Array): void => void updates.push(update)
  doc.on('update', keep)
  doc.transact(() => change(doc))
  doc.off('update', keep)
  return updates[0] ?? Y.encodeStateAsUpdate(doc, before)
}

let messageCount = 0

/** Writes one message into the replica; returns its key and the update. */
export function sayIn(
  doc: Y.Doc,
  seat: Seat,
  text: string,
  l = 1,
): Readonly<{ key: string; update: Uint8Array }> {
  const key = messageKey(seat, Date.UTC(2026, 6, 1) + (messageCount += 1), 0)
  return {
    key,
    update: changeOf(doc, () => {
      doc.getMap('m').set(key, { x: text, l })
    }),
  }
}

/** Draws one stroke into the replica; returns its id and the update. */
export function drawIn(doc: Y.Doc, seat: Seat): Readonly<{ id: string; update: Uint8Array }> {
  const id = newShapeId(seat, ((messageCount += 1) % 1_000) / 1_000)
  const row = { k: 'stroke', c: 0, w: 4, z: 'V', p: packPoints([0, 0, 0.5, 9, 9, 0.5], false) }
  return {
    id,
    update: changeOf(doc, () => {
      doc.getMap('shapes').set(id, row)
    }),
  }
}
