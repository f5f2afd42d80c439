/**
 * Files: bringing them, giving them, and letting go of them.
 *
 * Rules FI2–FI4 of docs/PROTOCOL.md. Invariants: a room has a file only if one of its people brought all of its bytes,
 * so that knowing a hash gives nothing; and what cannot be brought to an end leaves no file.
 */
import { AppError } from '#shared/errors.ts'
import { isFileHash, type FileHash } from '#shared/files/file.ts'
import type { BringFileRequest, BringFileResponse } from '#shared/files/http.ts'
import { sniff } from '#shared/files/sniff.ts'
import {
  fileGraceMs,
  filePieceSizeMax,
  filesFreeSizeMin,
  uploadLifeMs,
  uploadRequestsPerMinuteMax,
  uploadsPerPersonMax,
} from '#shared/limits.ts'
import type { SignedInPerson } from '../accounts/sessions.ts'
import type { Clock } from '../ports.ts'
import { rateLimit, takeOne } from '../rate-limit.ts'
import type { Rooms } from '../rooms/rooms.ts'
import { isNoSpace } from '../store/ballast.ts'
import type { FileRow, UploadId } from '../store/files.ts'
import type { Store } from '../store/open.ts'
import type { FilesConfig } from './files-config.ts'
import type { FilesFolder } from './folder.ts'

type Options = Readonly<{
  store: Pick<Store, 'files'>
  folder: FilesFolder
  /** Bytes that may still be written to the disk. */
  freeSize: () => number
  rooms: Pick<Rooms, 'enterTo'>
  clock: Clock
  config: FilesConfig
}>

/** A piece that is being written. */
type Running = Readonly<{ cancel(): void; ended: Promise<unknown> }>

export type Files = ReturnType<typeof createFiles>

export function createFiles({ store, folder, freeSize, rooms, clock, config }: Options) {
  const perPerson = rateLimit(uploadRequestsPerMinuteMax, 60)
  const running = new Map<string, Running>()
  /** Under their hash already, but not in the database yet. */
  const arriving = new Set<FileHash>()
  let received = 0

  /** Of a room, as somebody may do it there; or not-found. */
  function enter(visitor: SignedInPerson, id: string, action: 'read' | 'write', hash: string): UploadId {
    const { room } = rooms.enterTo(action, visitor.personId, id)
    if (!isFileHash(hash)) throw new AppError('not-found')
    return { roomId: room.id, hash, personId: visitor.personId }
  }

  function refuseSize({ roomId, personId }: UploadId, size: number): void {
    if (size > config.fileSizeMax) throw new AppError('file-too-large')
    const { person, room, server } = store.files.sizes(roomId, personId)
    if (person + size > config.personSizeMax) throw new AppError('files-full')
    if (room + size > config.roomSizeMax) throw new AppError('files-full')
    if (server + size > config.serverSizeMax) throw new AppError('files-full')
    if (freeSize() - size < filesFreeSizeMin) throw new AppError('storage-failed')
    if (store.files.uploadCount(personId) >= uploadsPerPersonMax) throw new AppError('too-many-requests')
  }

  /** A connection that was cut may be held to be alive here: whoever comes after it takes over. */
  async function takeOver(name: string): Promise<void> {
    for (let before = running.get(name); before !== undefined; before = running.get(name)) {
      before.cancel()
      await before.ended
    }
  }

  /** One at a time for each upload. */
  async function alone<T>(upload: UploadId, cancel: () => void, work: () => Promise<T>): Promise<T> {
    const name = nameOf(upload)
    await takeOver(name)
    const done = work()
    const entry: Running = { cancel, ended: done.catch(() => undefined) }
    running.set(name, entry)
    try {
      return await done
    } catch (cause) {
      if (!isNoSpace(cause)) throw cause
      // What was written of it is what the disk is full of.
      abandon(upload)
      throw new AppError('storage-failed', { cause })
    } finally {
      if (running.get(name) === entry) running.delete(name)
    }
  }

  function abandon(upload: UploadId): void {
    folder.abandon(upload)
    store.files.removeUpload(upload)
  }

  async function finishIfWhole(upload: UploadId, size: number): Promise<BringFileResponse> {
    const have = folder.received(upload)
    if (have < size) return { received: have, isWhole: false }
    arriving.add(upload.hash)
    try {
      const head = await folder.finish(upload)
      if (head === null) {
        store.files.removeUpload(upload)
        throw new AppError('request-malformed')
      }
      store.files.arrive(upload, { hash: upload.hash, size, type: sniff(head)?.type ?? null }, clock())
      return { received: size, isWhole: true }
    } finally {
      arriving.delete(upload.hash)
    }
  }

  return {
    /** Begins to bring a file, or tells how much of it has come. */
    async bring(visitor: SignedInPerson, id: string, request: BringFileRequest): Promise<BringFileResponse> {
      const { size } = request
      const upload = enter(visitor, id, 'write', request.hash)
      await takeOne(perPerson, visitor.personId)
      const file = store.files.inRoom(upload.roomId, upload.hash)
      if (file !== null) return { received: file.size, isWhole: true }
      const said = store.files.uploadSize(upload)
      if (said === null) {
        refuseSize(upload, size)
        store.files.addUpload({ ...upload, size, nowMs: clock() })
      } else if (said !== size) throw new AppError('request-malformed')
      return alone(upload, noCancel, () => finishIfWhole(upload, size))
    },

    /** Adds a piece that begins at `offset`, if that is how far it has come, and tells how far it is. */
    async receive(
      visitor: SignedInPerson,
      id: string,
      hash: string,
      offset: number,
      body: ReadableStream<Uint8Array> | null,
    ): Promise<BringFileResponse> {
      const upload = enter(visitor, id, 'write', hash)
      await takeOne(perPerson, visitor.personId)
      const reader = body?.getReader()
      const cancel = (): void => {
        reader?.cancel().catch(() => undefined)
      }
      return alone(upload, cancel, async () => {
        const file = store.files.inRoom(upload.roomId, upload.hash)
        const size = store.files.uploadSize(upload)
        const isNext = file === null && size !== null && offset === folder.received(upload)
        const sizeMax = isNext ? Math.min(filePieceSizeMax, size - offset) : filePieceSizeMax
        const pieces = limited(reader, sizeMax, (count) => {
          received += count
        })
        await (isNext ? folder.append(upload, pieces) : discard(pieces))
        if (file !== null) return { received: file.size, isWhole: true }
        if (size === null) throw new AppError('request-malformed')
        return finishIfWhole(upload, size)
      })
    },

    /** Gives up what has come of it. */
    async giveUp(visitor: SignedInPerson, id: string, hash: string): Promise<void> {
      const upload = enter(visitor, id, 'write', hash)
      await takeOver(nameOf(upload))
      abandon(upload)
    },

    /** What a person of the room may read; not-found for everybody else, and of everything else. */
    find(visitor: SignedInPerson, id: string, hash: string): FileRow {
      const { roomId, hash: found } = enter(visitor, id, 'read', hash)
      const file = store.files.inRoom(roomId, found)
      if (file === null) throw new AppError('not-found')
      return file
    },

    /** Lets go of what came only in part, and of what nothing has referred to for long (FI4). */
    cleanUp(): void {
      const nowMs = clock()
      for (const upload of store.files.uploadsBefore(nowMs - uploadLifeMs))
        if (!running.has(nameOf(upload))) abandon(upload)
      for (const hash of store.files.letGo(nowMs - fileGraceMs)) if (!arriving.has(hash)) folder.remove(hash)
    },

    /** What lies in the folder, and no database knows: of a crash, or of a database that was put back. */
    sweep(): void {
      for (const hash of folder.strays(store.files.isKnown, clock() - fileGraceMs)) folder.remove(hash)
    },

    levels: (): Readonly<{ files: number; filesSize: number; filesReceived: number }> => {
      const { count, size } = store.files.totals()
      return { files: count, filesSize: size, filesReceived: received }
    },
  }
}

function nameOf({ roomId, hash, personId }: UploadId): string {
  return `${roomId}/${personId}/${hash}`
}

function noCancel(): void {
  // It is short.
}

/** At most so many bytes; those over it end the request. */
async function* limited(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
  sizeMax: number,
  count: (size: number) => void,
): AsyncIterable<Uint8Array> {
  let size = 0
  while (reader !== undefined) {
    const piece = await next(reader)
    if (piece === null) return
    size += piece.byteLength
    if (size > sizeMax) throw new AppError('request-too-large')
    count(piece.byteLength)
    yield piece
  }
}

/** Reads what is not taken: a client whose bytes stay unread never hears the answer. */
async function discard(pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const iterator = pieces[Symbol.asyncIterator]()
  for (let isOver = false; !isOver;) isOver = (await iterator.next()).done === true
}

async function next(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | null> {
  try {
    const { done, value } = await reader.read()
    return done ? null : value
  } catch (cause) {
    // Its client went away in the middle.
    throw new AppError('request-malformed', { cause })
  }
}
