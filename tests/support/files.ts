/** Files for tests: small ones of each kind, and what brings them as a page does, but by hand. */
import { createHash } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { FileHash } from '#shared/files/file.ts'
import type { BringFileResponse } from '#shared/files/http.ts'
import { filePaths, offsetHeader, pieceType } from '#shared/files/paths.ts'
import type { RoomId } from '#shared/ids.ts'
import type { Answer, TestClient } from './client.ts'

export function hashOf(bytes: Uint8Array): FileHash {
  return createHash('sha256').update(bytes).digest('hex') as FileHash
}

/** The head of a PNG that says it is so large; its pixels are missing. */
export function pngHead(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(33)
  bytes.write('\x89PNG\r\n\x1a\n', 'latin1')
  bytes.writeUInt32BE(13, 8)
  bytes.write('IHDR', 12, 'latin1')
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  bytes[24] = 8
  bytes[25] = 6
  return bytes
}

/** The head of a JPEG, with so many bytes of its camera's notes before the frame. */
export function jpegHead(width: number, height: number, notesSize = 0): Buffer {
  const notes = Buffer.alloc(notesSize === 0 ? 0 : notesSize + 4)
  if (notesSize > 0) {
    notes.writeUInt16BE(0xffe1, 0)
    notes.writeUInt16BE(notesSize + 2, 2)
  }
  const frame = Buffer.from([0xff, 0xc0, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1])
  return Buffer.concat([Buffer.from([0xff, 0xd8]), notes, frame])
}

export function begin(client: TestClient, roomId: RoomId, bytes: Uint8Array): Promise<Answer> {
  return client.send('POST', filePaths.files(roomId), { body: { hash: hashOf(bytes), size: bytes.length } })
}

export function sendPiece(
  client: TestClient,
  roomId: RoomId,
  hash: FileHash,
  offset: number,
  piece: Uint8Array,
): Promise<Answer> {
  const headers = { 'content-type': pieceType, [offsetHeader]: String(offset) }
  return client.send('PUT', filePaths.file(roomId, hash), { body: piece, headers })
}

/** All of it at once. */
export async function bringFile(client: TestClient, roomId: RoomId, bytes: Uint8Array): Promise<FileHash> {
  const hash = hashOf(bytes)
  await client.ask<BringFileResponse>('POST', filePaths.files(roomId), { hash, size: bytes.length })
  const { status, body } = await sendPiece(client, roomId, hash, 0, bytes)
  if (status !== 200 || !(body as BringFileResponse).isWhole)
    throw new Error(`not brought: ${JSON.stringify(body)}`)
  return hash
}

export async function fetchFile(
  client: TestClient,
  roomId: RoomId,
  hash: FileHash,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(client.origin + filePaths.file(roomId, hash), {
    headers: { cookie: client.cookie, ...headers },
  })
}

/** Every file under the folder of files, by its path within. */
export function filesIn(dataDir: string): readonly string[] {
  const folder = join(dataDir, 'files')
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  )
}
