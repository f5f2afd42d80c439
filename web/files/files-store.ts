/**
 * The files of the room this page is in: what is chosen for the next message, and how far each has come.
 *
 * The engine is loaded after the room is shown. Until then nothing is known to have been brought (FI7).
 */
import { defineStore } from 'pinia'
import { shallowRef, triggerRef } from 'vue'
import { AppError, type ErrorCode } from '#shared/errors.ts'
import { isFileList, hashesOf, type FileHash, type FileValue } from '#shared/files/file.ts'
import { filePaths } from '#shared/files/paths.ts'
import type { RoomId } from '#shared/ids.ts'
import { filesPerMessageMax } from '#shared/limits.ts'
import { codeOf } from '../api.ts'
import { recall, recallAll, remember } from '../device.ts'
import { Listeners } from '../sync/listeners.ts'
import type { Undo } from '../sync/ports.ts'
import type { RoomSession } from '../sync/room-session.ts'
import type { FileState, RoomFiles } from './engine/room-files.ts'
import type { FileSources } from './find-file.ts'

/** A file chosen for the next message; `value` once it is kept on this device and can be sent. */
export type Attached = Readonly<{ id: number; name: string; value: FileValue | null; code: ErrorCode | null }>

/** Those in a room's call, of whom files can be asked (DP6). */
export type FileCallers = Readonly<{
  ask(hash: FileHash): Promise<Blob | null>
  onArrival(listener: () => void): Undo
}>

const load = () => import('./open-room-files.ts')

export const useFilesStore = defineStore('files', () => {
  const attached = shallowRef<readonly Attached[]>([])
  const engine = shallowRef<RoomFiles | null>(null)
  const changes = new Listeners()
  /** Where this page shows what others had to be asked for. */
  const found = shallowRef<ReadonlyMap<FileHash, string>>(new Map())
  const arrivals = new Listeners()
  /** Of the call this page is in, whichever room is in view. */
  let call: Readonly<{ roomId: RoomId; callers: FileCallers }> | null = null
  let session: RoomSession | null = null
  let count = 0
  /** The thread whose next message it is; empty in the room's own talk. */
  let place = ''

  function open(opened: RoomSession): void {
    close()
    session = opened
    turnTo('')
    void ready().catch(() => undefined)
  }

  /** What is chosen is for the next message there from now on. */
  function turnTo(to: string): void {
    place = to
    const values = session === null ? [] : draftAt(session.roomId, to)
    attached.value = values.map((value) => ({ id: (count += 1), name: value.n, value, code: null }))
  }

  function close(): void {
    engine.value?.[Symbol.dispose]()
    engine.value = null
    for (const url of found.value.values()) URL.revokeObjectURL(url)
    found.value = new Map()
    session = null
    attached.value = []
  }

  /** The engine, which is fetched where it is not here yet. Throws where it cannot be. */
  async function ready(): Promise<RoomFiles> {
    const wanted = session
    const loaded = await load().catch((cause: unknown) => {
      throw new AppError('network-away', { cause })
    })
    if (wanted === null || session !== wanted) throw new AppError('network-away')
    if (engine.value !== null) return engine.value
    const made = loaded.openRoomFiles(wanted.roomId, wanted.openFiles())
    made.onChange(() => {
      triggerRef(engine)
      changes.tell()
    })
    engine.value = made
    changes.tell()
    return made
  }

  /** False where these are too many for one message: then none is taken. */
  function attach(files: readonly File[]): boolean {
    if (attached.value.length + files.length > filesPerMessageMax) return false
    for (const file of files) void prepare(file)
    return true
  }

  async function prepare(file: File): Promise<void> {
    const [id, at] = [(count += 1), place]
    attached.value = [...attached.value, { id, name: file.name, value: null, code: null }]
    try {
      const [files, { prepare: run }] = await Promise.all([ready(), load()])
      const { value, blobs } = await run(file)
      for (const [hash, blob] of blobs) await files.add(hash, blob)
      if (place === at) change(id, { value, name: value.n })
      else keepFor(at, value)
    } catch (error) {
      change(id, { code: codeOf(error) })
    }
  }

  function change(id: number, to: Partial<Attached>): void {
    attached.value = attached.value.map((one) => (one.id === id ? { ...one, ...to } : one))
    keepDraft()
  }

  /** Takes one out again; what nothing else needs is not brought. */
  function detach(id: number): void {
    const gone = attached.value.find((one) => one.id === id)
    attached.value = attached.value.filter((one) => one.id !== id)
    keepDraft()
    if (gone?.value != null) drop([gone.value])
  }

  /** One looks at another place by now. */
  function keepFor(at: string, value: FileValue): void {
    if (session === null) return
    remember(draftKey(session.roomId, at), [...draftAt(session.roomId, at), value])
  }

  const chosen = (): FileValue[] => attached.value.flatMap(({ value }) => value ?? [])

  /** What was chosen goes into a message. */
  function take(): readonly FileValue[] {
    const values = chosen()
    attached.value = []
    keepDraft()
    return values
  }

  function keepDraft(): void {
    if (session === null) return
    const values = chosen()
    remember(draftKey(session.roomId, place), values.length === 0 ? null : values)
  }

  /** Nobody sends these any more. */
  function drop(values: readonly FileValue[]): void {
    if (session === null) return
    const needed = new Set(hashesOf([...chosen(), ...draftFiles(session.roomId)]))
    for (const hash of hashesOf(values)) if (!needed.has(hash)) engine.value?.drop(hash)
  }

  /** Whom the call of a room brings together can be asked for its files, until undone. */
  function joinCall(roomId: RoomId, callers: FileCallers): Undo {
    const joined = { roomId, callers }
    call = joined
    const undo = callers.onArrival(() => {
      arrivals.tell()
    })
    return () => {
      undo()
      if (call === joined) call = null
    }
  }

  /** Where the files of the room in view come from. Throws where there is none. */
  function sources(): FileSources {
    const wanted = session
    if (wanted === null) throw new AppError('network-away')
    const { roomId } = wanted
    return {
      roomId,
      isLive: () => wanted.connection().kind === 'live',
      blobOf: (hash) => blobOf(roomId, hash),
      askPeers: async (hash) => (call?.roomId === roomId ? call.callers.ask(hash) : null),
    }
  }

  /** What this page had or has to bring to a room, if that is in view. */
  async function blobOf(roomId: RoomId, hash: FileHash): Promise<Blob | null> {
    if (session?.roomId !== roomId) return null
    const kept = await ready().catch(() => null)
    return kept?.blobOf(hash) ?? null
  }

  /** Looks elsewhere for a file that could not be shown from where it should be. False where that is no use. */
  async function find(hash: FileHash): Promise<boolean> {
    const wanted = session
    if (wanted === null || found.value.has(hash)) return false
    const { findFile } = await load()
    const blob = await findFile(sources(), hash)
    if (blob === null || session !== wanted) return false
    found.value = new Map([...found.value, [hash, URL.createObjectURL(blob)]])
    return true
  }

  return {
    attached,
    open,
    close,
    turnTo,
    ready,
    attach,
    detach,
    take,
    drop,
    retry: () => engine.value?.retry(),
    isReady: (hashes: readonly FileHash[]) => engine.value?.isReady(hashes) === true,
    /** What is kept here and has not been brought. */
    pending: (): readonly FileHash[] => [...(engine.value?.pending().keys() ?? [])],
    onChange: (listener: () => void) => changes.add(listener),
    stateOf: (hash: FileHash): FileState => engine.value?.stateOf(hash) ?? { kind: 'waiting' },
    urlOf: (hash: FileHash): string =>
      found.value.get(hash) ??
      engine.value?.urlOf(hash) ??
      (session === null ? '' : filePaths.file(session.roomId, hash)),
    joinCall,
    sources,
    blobOf,
    find,
    /** Told when there is somebody more to ask. */
    onArrival: (listener: () => void) => arrivals.add(listener),
  }
})

/** What was chosen in a room and its threads, and not sent, on this device. */
export function draftFiles(roomId: RoomId): readonly FileValue[] {
  return recallAll(draftKey(roomId, '')).flatMap((kept) => (isFileList(kept) ? kept : []))
}

function draftAt(roomId: RoomId, place: string): readonly FileValue[] {
  const kept = recall(draftKey(roomId, place))
  return isFileList(kept) ? kept : []
}

const draftKey = (roomId: RoomId, place: string): string =>
  `draft-files.${roomId}${place === '' ? '' : `.${place}`}`
