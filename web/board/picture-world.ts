/** Where a board's pictures come from in a real page: this device, then the server; unpacked by the browser. */
import type { FileHash } from '#shared/files/file.ts'
import { filePaths } from '#shared/files/paths.ts'
import type { RoomId } from '#shared/ids.ts'
import type { PicturesWorld } from './engine/pictures.ts'
import { browserWorld } from './engine/world.ts'
import type { PictureKeeper } from './io/files.ts'

/** What this device has or had to bring. */
type Kept = Readonly<{ blobOf(hash: FileHash): Promise<Blob | null> }>

/** Prepares a picture for the board. Rejects where the code for it cannot be fetched. */
export async function preparePicture(file: Blob): ReturnType<PictureKeeper['prepare']> {
  const { preparePicture: prepare } = await import('../files/open-room-files.ts')
  return prepare(file)
}

/** `ready` rejects while the code for files cannot be fetched. */
export function pictureWorld(roomId: RoomId, ready: () => Promise<Kept>): PicturesWorld {
  return {
    nowMs: browserWorld.nowMs,
    after: browserWorld.after,
    async load(hash, signal) {
      const kept = await ready().catch(() => null)
      const blob = (await kept?.blobOf(hash)) ?? null
      if (blob !== null) return blob
      const response = await fetch(filePaths.file(roomId, hash), { credentials: 'same-origin', signal })
      if (response.status === 404) return null
      if (!response.ok) throw new Error(`a picture was answered with ${String(response.status)}`)
      return response.blob()
    },
    async unpack(blob, width, height) {
      const options = { resizeWidth: width, resizeHeight: height, resizeQuality: 'medium' } as const
      const bitmap = await createImageBitmap(blob, options)
      return {
        image: bitmap,
        free: () => {
          bitmap.close()
        },
      }
    },
  }
}
