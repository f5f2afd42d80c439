/** Where the bytes of a room's file come from: this device, the server, or somebody in the call. */
import type { FileHash } from '#shared/files/file.ts'
import { filePaths } from '#shared/files/paths.ts'
import type { RoomId } from '#shared/ids.ts'

export type FileSources = Readonly<{
  roomId: RoomId
  /** The server is heard. */
  isLive(): boolean
  /** What this device had or has to bring. */
  blobOf(hash: FileHash): Promise<Blob | null>
  /** From a participant of the room's call; null where there is none, or none has it (DP6). */
  askPeers(hash: FileHash): Promise<Blob | null>
}>

/** A server that has not begun to answer by then is away. */
const silenceMs = 20_000

/** Null where nobody has it. Rejects where the server could not be asked and nobody else has it. */
export async function findFile(
  { roomId, isLive, blobOf, askPeers }: FileSources,
  hash: FileHash,
  signal?: AbortSignal,
): Promise<Blob | null> {
  const seen = (): Promise<Blob | null> => seenFile(roomId, hash)
  const server = (): Promise<Blob | null> => fetchFile(roomId, hash, signal)
  const peers = (): Promise<Blob | null> => askPeers(hash)
  const here = (): Promise<Blob | null> => blobOf(hash)
  let failure: unknown = null
  for (const source of isLive() ? [here, server, peers] : [here, seen, peers, server]) {
    signal?.throwIfAborted()
    try {
      const blob = await source()
      if (blob !== null) return blob
    } catch (error) {
      failure ??= error
    }
  }
  signal?.throwIfAborted()
  if (failure !== null) throw failure as Error
  return null
}

/** What the browser still has of what it has shown: without asking anybody. */
export async function seenFile(roomId: RoomId, hash: FileHash): Promise<Blob | null> {
  const cached = { cache: 'only-if-cached', mode: 'same-origin', credentials: 'same-origin' } as const
  const response = await fetch(filePaths.file(roomId, hash), cached).catch(() => null)
  return response?.ok === true ? response.blob() : null
}

/** Null where the room has no such file. Rejects where the server could not be asked. */
async function fetchFile(roomId: RoomId, hash: FileHash, signal?: AbortSignal): Promise<Blob | null> {
  const silence = new AbortController()
  const timer = setTimeout(() => {
    silence.abort(new Error('the server does not answer'))
  }, silenceMs)
  const signals = [silence.signal, ...(signal === undefined ? [] : [signal])]
  const response = await fetch(filePaths.file(roomId, hash), {
    credentials: 'same-origin',
    signal: AbortSignal.any(signals),
  }).finally(() => {
    clearTimeout(timer)
  })
  if (response.status === 404) return null
  if (!response.ok) throw new Error(`a file was answered with ${String(response.status)}`)
  return response.blob()
}
