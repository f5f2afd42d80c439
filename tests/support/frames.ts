/** Frames that no page of ours would send, and what a client has been told so far. */
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { frameTypes } from '#shared/wire/frames.ts'
import { encodeAsk, encodeUpdate, type PresenceEntry } from '#web/sync/frames.ts'
import type { SyncClient } from './sync-client.ts'
import { until } from './until.ts'

/** Any type with any body. */
export function anyFrame(address: string, type: number, body: Uint8Array = new Uint8Array()): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, address)
    encoding.writeVarUint(encoder, type)
    encoding.writeUint8Array(encoder, body)
  })
}

/** A sync frame with any body. */
export function syncFrame(address: string, type: number, body: Uint8Array): Uint8Array {
  return anyFrame(
    address,
    frameTypes.sync,
    encoding.encode((encoder) => {
      encoding.writeVarUint(encoder, type)
      encoding.writeVarUint8Array(encoder, body)
    }),
  )
}

/** A presence frame with so many entries. A state that is text is sent as it is. */
export function presenceFrame(address: string, entries: readonly PresenceEntry[]): Uint8Array {
  const body = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, entries.length)
    for (const { clientId, clock, state } of entries) {
      encoding.writeVarUint(encoder, clientId)
      encoding.writeVarUint(encoder, clock)
      encoding.writeVarString(encoder, typeof state === 'string' ? state : JSON.stringify(state))
    }
  })
  return anyFrame(
    address,
    frameTypes.awareness,
    encoding.encode((encoder) => {
      encoding.writeVarUint8Array(encoder, body)
    }),
  )
}

/** How many frames of changes the server has acknowledged. */
export function savedCount(socket: SyncClient, name?: string): number {
  return socket.received.filter(
    ({ kind, address }) => kind === 'saved' && (name === undefined || address === name),
  ).length
}

/** The document as far as the server has shown it to this client. */
export function shownTo(socket: SyncClient, name: string): Y.Doc {
  const doc = new Y.Doc()
  for (const frame of socket.received) {
    if (frame.address === name && (frame.kind === 'state' || frame.kind === 'update'))
      Y.applyUpdate(doc, frame.update)
  }
  return doc
}

/** The texts of a page of chat as far as they were shown, sorted. */
export function textsShown(socket: SyncClient, name: string): string[] {
  return [...shownTo(socket, name).getMap('m').values()].map((value) => (value as { x: string }).x).sort()
}

/** Asks for the whole document, and waits for it. */
export async function whole(socket: SyncClient, name: string): Promise<Y.Doc> {
  socket.send(encodeAsk(name, new Y.Doc()))
  await socket.frame(name, 'state')
  return shownTo(socket, name)
}

/** Sends an update, and waits until the server has it on disk. */
export async function save(socket: SyncClient, name: string, update: Uint8Array): Promise<void> {
  const before = savedCount(socket, name)
  socket.send(encodeUpdate(name, update))
  await until(() => savedCount(socket, name) > before, `an acknowledgement of ${name}`)
}

/** What was said of this peer last; undefined if nothing was. */
export function lastPresence(socket: SyncClient, clientId: number): PresenceEntry | undefined {
  return socket.received
    .flatMap((frame) => (frame.kind === 'presence' ? frame.entries : []))
    .findLast((entry) => entry.clientId === clientId)
}
