/**
 * A document's frames from the client's side, as @hocuspocus/provider writes and reads them. Rule W2 of
 * docs/PROTOCOL.md; shared/wire/frames.ts has the head and the live frames.
 */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { frameTypes, syncTypes } from '#shared/wire/frames.ts'

/** Second part of an auth frame: the client sends a token, the server one of the others. */
const authTypes = { token: 0, denied: 1, granted: 2 } as const

export type ServerFrame =
  | Readonly<{ kind: 'granted'; canWrite: boolean }>
  /** `reason` is a code of errors.ts where the server has one. */
  | Readonly<{ kind: 'denied'; reason: string }>
  /** The server tells what it has and asks for the rest. */
  | Readonly<{ kind: 'asked'; stateVector: Uint8Array }>
  /** All this replica lacked when it asked. */
  | Readonly<{ kind: 'state'; update: Uint8Array }>
  | Readonly<{ kind: 'update'; update: Uint8Array }>
  /** One frame of changes is on the server's disk; or it is not, and never will be. */
  | Readonly<{ kind: 'saved' | 'unsaved' }>
  | Readonly<{ kind: 'presence'; entries: readonly PresenceEntry[] }>
  /** What the server has to say beside the document (W6). */
  | Readonly<{ kind: 'note'; text: string }>
  /** The server ends this document, not the socket. */
  | Readonly<{ kind: 'ended'; reason: string }>
  | Readonly<{ kind: 'other' }>

/** `state` is null for a peer that is gone. */
export type PresenceEntry = Readonly<{ clientId: number; clock: number; state: unknown }>

/** Throws on bytes that the server never sends. */
export function readServerFrame(frame: Uint8Array, type: number, bodyAt: number): ServerFrame {
  const decoder = decoding.createDecoder(frame)
  decoder.pos = bodyAt
  switch (type) {
    case frameTypes.auth:
      return readAuth(decoder)
    case frameTypes.sync:
    case frameTypes.syncReply:
      return readSync(decoder)
    case frameTypes.syncStatus:
      return { kind: decoding.readVarUint(decoder) === 1 ? 'saved' : 'unsaved' }
    case frameTypes.awareness:
      return { kind: 'presence', entries: readPresence(decoding.readVarUint8Array(decoder)) }
    case frameTypes.stateless:
      return { kind: 'note', text: decoding.readVarString(decoder) }
    case frameTypes.close:
      return { kind: 'ended', reason: decoding.readVarString(decoder) }
    default:
      return { kind: 'other' }
  }
}

function readAuth(decoder: decoding.Decoder): ServerFrame {
  const type = decoding.readVarUint(decoder)
  if (type === authTypes.token) return { kind: 'other' }
  const text = decoding.readVarString(decoder)
  return type === authTypes.granted
    ? { kind: 'granted', canWrite: text !== 'readonly' }
    : { kind: 'denied', reason: text }
}

function readSync(decoder: decoding.Decoder): ServerFrame {
  const type = decoding.readVarUint(decoder)
  const body = decoding.readVarUint8Array(decoder)
  if (type === syncTypes.step1) return { kind: 'asked', stateVector: body }
  return { kind: type === syncTypes.step2 ? 'state' : 'update', update: body }
}

function readPresence(body: Uint8Array): PresenceEntry[] {
  const decoder = decoding.createDecoder(body)
  return Array.from({ length: decoding.readVarUint(decoder) }, () => ({
    clientId: decoding.readVarUint(decoder),
    clock: decoding.readVarUint(decoder),
    state: JSON.parse(decoding.readVarString(decoder)) as unknown,
  }))
}

function encode(address: string, type: number, writeBody: (encoder: encoding.Encoder) => void): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, address)
    encoding.writeVarUint(encoder, type)
    writeBody(encoder)
  })
}

/** Opens a document. The token is empty: the session is in the cookie of the upgrade. */
export function encodeAuth(address: string): Uint8Array {
  return encode(address, frameTypes.auth, (encoder) => {
    encoding.writeVarUint(encoder, authTypes.token)
    encoding.writeVarString(encoder, '')
  })
}

function encodeSync(address: string, type: number, body: Uint8Array): Uint8Array {
  return encode(address, frameTypes.sync, (encoder) => {
    encoding.writeVarUint(encoder, type)
    encoding.writeVarUint8Array(encoder, body)
  })
}

/** Asks for what this replica lacks. */
export function encodeAsk(address: string, doc: Y.Doc): Uint8Array {
  return encodeSync(address, syncTypes.step1, Y.encodeStateVector(doc))
}

/** What the server lacks, or a part of it. */
export function encodeState(address: string, update: Uint8Array): Uint8Array {
  return encodeSync(address, syncTypes.step2, update)
}

export function encodeUpdate(address: string, update: Uint8Array): Uint8Array {
  return encodeSync(address, syncTypes.update, update)
}

/** One peer's own entry (P1). */
export function encodePresence(address: string, { clientId, clock, state }: PresenceEntry): Uint8Array {
  return encode(address, frameTypes.awareness, (encoder) => {
    const entry = encoding.encode((body) => {
      encoding.writeVarUint(body, 1)
      encoding.writeVarUint(body, clientId)
      encoding.writeVarUint(body, clock)
      encoding.writeVarString(body, JSON.stringify(state))
    })
    encoding.writeVarUint8Array(encoder, entry)
  })
}

/** Closes a document. */
export function encodeClose(address: string): Uint8Array {
  return encode(address, frameTypes.close, () => undefined)
}
