/** Paths for the call of a room, as its server names them. */
import type { IceResponse } from '#shared/call/http.ts'
import { callPaths } from '#shared/call/paths.ts'
import { request } from '../api.ts'
import type { RoomSession } from '../sync/room-session.ts'
import type { IcePort } from './engine/ice.ts'

export function roomIce({ roomId, room }: Pick<RoomSession, 'roomId' | 'room'>): IcePort {
  return {
    ask: () => request('GET', callPaths.ice(roomId)) as Promise<IceResponse>,
    onStale(listener) {
      const info = room.doc.getMap('info')
      const follow: Parameters<typeof info.observe>[0] = ({ keysChanged }) => {
        if (keysChanged.has('addresses')) listener()
      }
      info.observe(follow)
      return () => {
        info.unobserve(follow)
      }
    },
  }
}
