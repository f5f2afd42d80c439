/** The files of a room among those in its call, as a real page has them. Fetched with what runs a call. */
import { hashesOf, type FileHash } from '#shared/files/file.ts'
import type { Undo } from '../sync/ports.ts'
import type { RoomSession } from '../sync/room-session.ts'
import { PeerFiles } from './engine/peer-files.ts'
import { draftFiles, useFilesStore } from './files-store.ts'
import { seenFile } from './find-file.ts'

type Given = Readonly<{ add: PeerFiles['add'] }> & Disposable

export function giveFiles(session: RoomSession): Given {
  const { roomId, direct } = session
  const store = useFilesStore()

  /** What waits on this device, also while another room is in view. */
  async function keptBlob(hash: FileHash): Promise<Blob | null> {
    const kept = session.openFiles()
    try {
      const [, blob] = (await kept.all()).find(([key]) => key === hash) ?? []
      return blob instanceof Blob ? blob : null
    } finally {
      kept.close()
    }
  }

  /** Of what is on this device alone: nobody makes this page ask the server for them. */
  async function blobOf(hash: FileHash): Promise<Blob | null> {
    // What was chosen and not sent is nobody else's business.
    if (hashesOf(draftFiles(roomId)).includes(hash)) return null
    return (
      (await store.blobOf(roomId, hash)) ??
      (await keptBlob(hash).catch(() => null)) ??
      (await seenFile(roomId, hash))
    )
  }

  const mayHave = (clientId: number): boolean => direct.userOf(clientId) !== null
  const files = new PeerFiles({ world: direct.world, mayHave, blobOf })
  const leave: Undo = store.joinCall(roomId, files)
  return {
    add: (clientId, channel) => files.add(clientId, channel),
    [Symbol.dispose]() {
      leave()
      files[Symbol.dispose]()
    },
  }
}
