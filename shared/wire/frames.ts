/**
 * The frames of the socket: Hocuspocus' own, with the document's address in front, and one of ours.
 *
 *     frame   = address type body            every part in lib0's encoding
 *     address = name | name NUL session      a document's name, or of its live channel
 *     type    = varUint                      `frameTypes`
 *
 * Two frames are a single byte and have no address: Ping (server → client) and Pong (client → server).
 * Rules W2–W4 of docs/PROTOCOL.md.
 */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { documentName, parseDocumentName, type DocumentRef } from '../room.ts'

export const frameTypes = {
  sync: 0,
  awareness: 1,
  auth: 2,
  queryAwareness: 3,
  syncReply: 4,
  stateless: 5,
  close: 7,
  syncStatus: 8,
  ping: 9,
  pong: 10,
  /** Ours: a transient board delta, never stored (W4). Its address is `liveAddress` of the board. */
  live: 32,
} as const

export const syncTypes = { step1: 0, step2: 1, update: 2 } as const

export const pingFrame: Uint8Array = new Uint8Array([frameTypes.ping])

export type FrameHead = Readonly<{
  /** As sent: to be given back in replies. */
  address: string
  /** The address without its session. */
  name: string
  type: number
  /** Where the body starts, in bytes. */
  bodyAt: number
}>

/** Reads a frame's head; null if the bytes are no frame. Never throws. */
export function readFrameHead(frame: Uint8Array): FrameHead | null {
  try {
    const decoder = decoding.createDecoder(frame)
    const address = decoding.readVarString(decoder)
    const type = decoding.readVarUint(decoder)
    const [name = '', session, ...more] = address.split('\0')
    if (more.length > 0 || (session !== undefined && !/^[a-z0-9]{1,16}$/.test(session))) return null
    return { address, name, type, bodyAt: decoder.pos }
  } catch {
    return null
  }
}

const livePrefix = 'live/'

/** The address of a board's live channel: `live/<room>/<sheet>`. */
export function liveAddress(board: Extract<DocumentRef, { kind: 'board' }>): string {
  return livePrefix + documentName(board).slice('board/'.length)
}

/** The board whose live channel this is, or null. */
export function parseLiveAddress(name: string): Extract<DocumentRef, { kind: 'board' }> | null {
  if (!name.startsWith(livePrefix)) return null
  const ref = parseDocumentName('board/' + name.slice(livePrefix.length))
  return ref?.kind === 'board' ? ref : null
}

/** client → server: a live payload. */
export function encodeLiveFrame(address: string, payload: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, address)
    encoding.writeVarUint(encoder, frameTypes.live)
    encoding.writeVarUint8Array(encoder, payload)
  })
}

/** server → client: the same payload with its sender's clientID. */
export function encodeLiveBroadcast(address: string, clientId: number, payload: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, address)
    encoding.writeVarUint(encoder, frameTypes.live)
    encoding.writeVarUint(encoder, clientId)
    encoding.writeVarUint8Array(encoder, payload)
  })
}

/** Payload of a client's live frame, or null if malformed. The result is a copy. */
export function readLivePayload(frame: Uint8Array, bodyAt: number): Uint8Array | null {
  try {
    const decoder = decoding.createDecoder(frame)
    decoder.pos = bodyAt
    const payload = decoding.readVarUint8Array(decoder)
    return decoding.hasContent(decoder) ? null : payload.slice()
  } catch {
    return null
  }
}

/** Sender and payload of a server's live frame, or null if malformed. */
export function readLiveBroadcast(
  frame: Uint8Array,
  bodyAt: number,
): Readonly<{ clientId: number; payload: Uint8Array }> | null {
  try {
    const decoder = decoding.createDecoder(frame)
    decoder.pos = bodyAt
    const clientId = decoding.readVarUint(decoder)
    return { clientId, payload: decoding.readVarUint8Array(decoder).slice() }
  } catch {
    return null
  }
}
