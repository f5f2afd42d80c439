/** The files of a room as a real page has them. A file of its own: a page loads it after its room is shown. */
import type { RoomId } from '#shared/ids.ts'
import type { KeptEntries } from '../sync/world.ts'
import { prepareFile, preparePicture as preparePictureHere } from './engine/prepare.ts'
import { RoomFiles } from './engine/room-files.ts'
import { findFile as findFileAnywhere } from './find-file.ts'

/** A piece that has not been answered by then is lost. */
const timeoutMs = 40_000

export const prepare = prepareFile
export const preparePicture = preparePictureHere
/** Here, as what is not on this device is looked for when nothing can be fetched any more. */
export const findFile = findFileAnywhere

export function openRoomFiles(roomId: RoomId, kept: KeptEntries): RoomFiles {
  return new RoomFiles({
    roomId,
    kept,
    world: {
      fetch: (path, { signal, ...init }) => {
        const signals = [AbortSignal.timeout(timeoutMs), ...(signal instanceof AbortSignal ? [signal] : [])]
        return fetch(path, { ...init, credentials: 'same-origin', signal: AbortSignal.any(signals) })
      },
      elapsedMs: () => performance.now(),
      after(delayMs, run) {
        const timer = setTimeout(run, delayMs)
        return () => {
          clearTimeout(timer)
        }
      },
      urlOf: (blob) => URL.createObjectURL(blob),
      forgetUrl: (url) => {
        URL.revokeObjectURL(url)
      },
      // Where the page is not secure there are no locks: two pages then take turns at the server.
      alone: (name, run) => (isSecureContext ? navigator.locks.request(`stoa/file/${name}`, run) : run()),
    },
  })
}
