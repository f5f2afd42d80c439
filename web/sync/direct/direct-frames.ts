/**
 * What two participants of a call say to each other of the room's documents, on a data channel of their own.
 *
 * Rules DP1–DP5 of docs/PROTOCOL.md. Everything is state: what was said last counts, and the whole is said again on
 * every new channel. Read strictly: whoever sends anything else is not listened to any more.
 */
import * as encoding from 'lib0/encoding'
import { readSaidState, type SaidState } from '#shared/presence/presence.ts'
import { StrictBytes, Unreadable, unreadable } from '#shared/sync/strict-bytes.ts'
import type { ToldEntry } from '../root-view.ts'

export type DirectMessage =
  /** Whether the server is heard here. */
  | Readonly<{ kind: 'here'; isLive: boolean; presence: SaidState }>
  /** What this page has changed of a document. */
  | Readonly<{
      kind: 'document'
      name: string
      /** The server has all of that. */
      isSaved: boolean
      entries: readonly ToldEntry[]
    }>
  /** A transient frame of a board (W4). */
  | Readonly<{ kind: 'live'; address: string; payload: Uint8Array }>

const codes = { here: 1, document: 2, live: 3 } as const
/** Entries of one message: there may be more messages. */
const entriesMax = 2_000
/** Of a document's name and of a live address. */
const nameLengthMax = 160
const keyLengthMax = 256

export function encodeDirect(message: DirectMessage): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, codes[message.kind])
    switch (message.kind) {
      case 'here':
        encoding.writeUint8(encoder, message.isLive ? 1 : 0)
        encoding.writeAny(encoder, message.presence)
        break
      case 'document': {
        const { name, isSaved, entries } = message
        encoding.writeVarString(encoder, name)
        encoding.writeUint8(encoder, isSaved ? 1 : 0)
        encoding.writeVarUint(encoder, entries.length)
        for (const { root, key, clock, value } of entries) {
          encoding.writeVarString(encoder, root)
          encoding.writeVarString(encoder, key)
          encoding.writeVarUint(encoder, clock)
          encoding.writeAny(encoder, value as Parameters<typeof encoding.writeAny>[1])
        }
        break
      }
      case 'live':
        encoding.writeVarString(encoder, message.address)
        encoding.writeVarUint8Array(encoder, message.payload)
    }
  })
}

/** Null for what is no message. Never throws. */
export function readDirect(bytes: Uint8Array): DirectMessage | null {
  const read = new StrictBytes(bytes)
  try {
    const message = readMessage(read)
    return read.isAtEnd ? message : null
  } catch (error) {
    if (error instanceof Unreadable) return null
    throw error
  }
}

function readMessage(read: StrictBytes): DirectMessage {
  switch (read.varUint()) {
    case codes.here:
      return { kind: 'here', isLive: truth(read), presence: readSaidState(read.any()) }
    case codes.document: {
      const name = short(read.text(), nameLengthMax)
      const isSaved = truth(read)
      const count = read.varUint()
      if (count > entriesMax) unreadable('too many entries')
      const entries: ToldEntry[] = []
      for (let left = count; left > 0; left -= 1) entries.push(entryOf(read))
      return { kind: 'document', name, isSaved, entries }
    }
    case codes.live:
      return {
        kind: 'live',
        address: short(read.text(), nameLengthMax),
        payload: new Uint8Array(read.sized()),
      }
    default:
      return unreadable('a message of no known kind')
  }
}

function entryOf(read: StrictBytes): ToldEntry {
  const root = short(read.text(), keyLengthMax)
  const key = short(read.text(), keyLengthMax)
  return { root, key, clock: read.varUint(), value: read.any() }
}

function truth(read: StrictBytes): boolean {
  const byte = read.byte()
  return byte <= 1 ? byte === 1 : unreadable('neither true nor false')
}

function short(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : unreadable('a name that is too long')
}
