/** A board's pictures in a real page: found wherever the room's files are, and unpacked by the browser. */
import { findFile, type FileSources } from '../files/find-file.ts'
import type { PicturesWorld } from './engine/pictures.ts'
import { browserWorld } from './engine/world.ts'
import type { PictureKeeper } from './io/files.ts'

/** Prepares a picture for the board. Rejects where the code for it cannot be fetched. */
export async function preparePicture(file: Blob): ReturnType<PictureKeeper['prepare']> {
  const { preparePicture: prepare } = await import('../files/open-room-files.ts')
  return prepare(file)
}

export function pictureWorld(sources: FileSources): PicturesWorld {
  return {
    nowMs: browserWorld.nowMs,
    after: browserWorld.after,
    load: (hash, signal) => findFile(sources, hash, signal),
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
