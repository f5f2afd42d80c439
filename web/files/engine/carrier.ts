/**
 * Brings one file to the server, piece by piece, from wherever it had come to.
 *
 * Rule FI2 of docs/PROTOCOL.md. Pieces grow while they are quick and shrink when they are slow, so that a thin link is
 * told of as it moves, and a cut costs little.
 */
import { AppError, isErrorCode } from '#shared/errors.ts'
import type { FileHash } from '#shared/files/file.ts'
import type { BringFileResponse } from '#shared/files/http.ts'
import { filePaths, offsetHeader, pieceType } from '#shared/files/paths.ts'
import type { RoomId } from '#shared/ids.ts'
import { filePieceSizeMax } from '#shared/limits.ts'

export type CarrierWorld = Readonly<{
  /** As the browser's. Rejects where no answer comes. */
  fetch(path: string, init: RequestInit): Promise<Response>
  /** Milliseconds from a fixed point; never goes back. */
  elapsedMs(): number
}>

type Carried = Readonly<{ hash: FileHash; blob: Blob }>

const pieceSizeMin = 64 * 1024
const quickMs = 700
const slowMs = 3_000

/** Resolves once the room has the file, on the server's disk. Throws the code of errors.ts, or where it was aborted. */
export async function carry(
  world: CarrierWorld,
  roomId: RoomId,
  { hash, blob }: Carried,
  signal: AbortSignal,
  onProgress: (received: number) => void,
): Promise<void> {
  const path = filePaths.file(roomId, hash)
  let pieceSize = 4 * pieceSizeMin
  let answer = await answerTo(
    world.fetch(filePaths.files(roomId), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ hash, size: blob.size }),
      signal,
    }),
    signal,
  )
  while (!answer.isWhole) {
    onProgress(answer.received)
    const piece = blob.slice(answer.received, answer.received + pieceSize, pieceType)
    const startedAtMs = world.elapsedMs()
    const headers = { 'content-type': pieceType, [offsetHeader]: String(answer.received) }
    answer = await answerTo(world.fetch(path, { method: 'PUT', headers, body: piece, signal }), signal)
    const tookMs = world.elapsedMs() - startedAtMs
    if (tookMs < quickMs) pieceSize = Math.min(filePieceSizeMax, 2 * pieceSize)
    else if (tookMs > slowMs) pieceSize = Math.max(pieceSizeMin, pieceSize / 2)
  }
  onProgress(blob.size)
}

async function answerTo(sent: Promise<Response>, signal: AbortSignal): Promise<BringFileResponse> {
  let response: Response
  let body: unknown
  try {
    response = await sent
    body = await response.json()
  } catch (cause) {
    signal.throwIfAborted()
    throw new AppError('network-away', { cause })
  }
  if (response.ok) return body as BringFileResponse
  const code: unknown = (body as { code?: unknown } | null)?.code
  throw new AppError(isErrorCode(code) ? code : 'server-fault')
}
