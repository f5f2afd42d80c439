/**
 * What a line reads of a client's frames, and writes by itself: the shapes that may pass, and nothing of their meaning.
 *
 * Nothing here throws on bytes from outside.
 */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import type { ErrorCode } from '#shared/errors.ts'
import { stateVectorSizeMax } from '#shared/limits.ts'
import { frameTypes, syncTypes } from '#shared/wire/frames.ts'

/** Second part of an auth frame (@hocuspocus/common). */
const authTokenType = 0
const authDeniedType = 1
/** With which Hocuspocus answers a client that has closed a document itself. */
const closedByClient = 'provider_initiated'

export function isAuthToken(frame: Uint8Array, bodyAt: number): boolean {
  try {
    const decoder = decoding.createDecoder(frame)
    decoder.pos = bodyAt
    if (decoding.readVarUint(decoder) !== authTokenType) return false
    decoding.readVarString(decoder)
    // The provider's version may follow.
    if (decoding.hasContent(decoder)) decoding.readVarString(decoder)
    return !decoding.hasContent(decoder)
  } catch {
    return false
  }
}

export function readBody(frame: Uint8Array, bodyAt: number): Uint8Array | null {
  try {
    const decoder = decoding.createDecoder(frame)
    decoder.pos = bodyAt
    const body = decoding.readVarUint8Array(decoder)
    return decoding.hasContent(decoder) ? null : body
  } catch {
    return null
  }
}

/** Bytes of an update without anything in it. */
const updateSizeMin = 2

export function readSync(
  frame: Uint8Array,
  bodyAt: number,
): Readonly<{ type: number; body: Uint8Array }> | null {
  const type = frame[bodyAt]
  const body = readBody(frame, bodyAt + 1)
  if (body === null) return null
  if (type === syncTypes.step1) return body.length > 0 ? { type, body } : null
  const isUpdate = type === syncTypes.step2 || type === syncTypes.update
  return isUpdate && body.length >= updateSizeMin ? { type, body } : null
}

export function isStateVector(bytes: Uint8Array): boolean {
  if (bytes.length > stateVectorSizeMax) return false
  try {
    Y.decodeStateVector(bytes)
    return true
  } catch {
    return false
  }
}

/** Whether Hocuspocus ends a document with this frame because something failed, which it has logged. */
export function givesUp(frame: Uint8Array): boolean {
  const decoder = decoding.createDecoder(frame)
  // The address, unread: this looks at every frame that is sent.
  const addressSize = decoding.readVarUint(decoder)
  decoder.pos += addressSize
  const type = decoding.readVarUint(decoder)
  if (type === frameTypes.auth) return decoding.readVarUint(decoder) === authDeniedType
  return type === frameTypes.close && decoding.readVarString(decoder) !== closedByClient
}

/** Whether one frame of changes is on disk, or left out for good (BO5). */
export function encodeSaved(address: string, isSaved: boolean): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, address)
    encoding.writeVarUint(encoder, frameTypes.syncStatus)
    encoding.writeVarUint(encoder, isSaved ? 1 : 0)
  })
}

export function encodeDenied(address: string, reason: ErrorCode): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, address)
    encoding.writeVarUint(encoder, frameTypes.auth)
    encoding.writeVarUint(encoder, authDeniedType)
    encoding.writeVarString(encoder, reason)
  })
}
