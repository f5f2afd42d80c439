/** Paths of a room's files, as shared/http.ts has those of everything else. Pages load these without any schema. */
import type { RoomId } from '../ids.ts'
import type { FileHash } from './file.ts'

export const filePaths = {
  files: (id: RoomId) => `/api/rooms/${id}/files`,
  file: (id: RoomId, hash: FileHash) => `/api/rooms/${id}/files/${hash}`,
} as const

/** Header of a piece: how many bytes of the file are before it. */
export const offsetHeader = 'upload-offset'
export const pieceType = 'application/octet-stream'
