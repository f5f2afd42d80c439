/**
 * What two participants of a call say to each other of a room's files, on a data channel of their own. Rule DP6 of
 * docs/PROTOCOL.md.
 *
 * Read strictly: whoever says anything else is not listened to any more.
 */
import * as encoding from 'lib0/encoding'
import { isFileHash, type FileHash } from '#shared/files/file.ts'
import { StrictBytes, Unreadable, unreadable } from '#shared/sync/strict-bytes.ts'

export type PeerMessage =
  /** Have you this? One at a time. */
  | Readonly<{ kind: 'ask'; hash: FileHash }>
  /** I have, and its bytes follow: so many. */
  | Readonly<{ kind: 'have'; hash: FileHash; size: number }>
  | Readonly<{ kind: 'lack'; hash: FileHash }>
  /** The next bytes of what I have said that I have. */
  | Readonly<{ kind: 'part'; bytes: Uint8Array<ArrayBuffer> }>

const codes = { ask: 1, have: 2, lack: 3, part: 4 } as const

export function encodePeerMessage(message: PeerMessage): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, codes[message.kind])
    if (message.kind === 'part') encoding.writeVarUint8Array(encoder, message.bytes)
    else encoding.writeVarString(encoder, message.hash)
    if (message.kind === 'have') encoding.writeVarUint(encoder, message.size)
  })
}

/** Null for what is no message. Never throws. */
export function readPeerMessage(bytes: Uint8Array): PeerMessage | null {
  const read = new StrictBytes(bytes)
  try {
    const message = readMessage(read)
    return read.isAtEnd ? message : null
  } catch (error) {
    if (error instanceof Unreadable) return null
    throw error
  }
}

function readMessage(read: StrictBytes): PeerMessage {
  switch (read.varUint()) {
    case codes.ask:
      return { kind: 'ask', hash: hashIn(read) }
    case codes.have:
      return { kind: 'have', hash: hashIn(read), size: read.varUint() }
    case codes.lack:
      return { kind: 'lack', hash: hashIn(read) }
    case codes.part:
      return { kind: 'part', bytes: new Uint8Array(read.sized()) }
    default:
      return unreadable('a message of no known kind')
  }
}

function hashIn(read: StrictBytes): FileHash {
  const text = read.text()
  return isFileHash(text) ? text : unreadable('what names no file')
}
