/** Somebody who says something in a room, by a socket opened for that alone. */
import type { Mention } from '#shared/chat/mention.ts'
import { messageKey } from '#shared/chat/message.ts'
import type { RoomResponse } from '#shared/http.ts'
import { documentName } from '#shared/room.ts'
import { save } from './frames.ts'
import { changeOf, replicaOf, type Seated } from './seated.ts'
import { SyncClient } from './sync-client.ts'

let spoken = 0

/** Resolves with the message’s key once the server has it. */
export async function say(
  { client }: Pick<Seated, 'client'>,
  { room, seat }: RoomResponse,
  text: string,
  mentions: readonly Mention[] = [],
): Promise<string> {
  const name = documentName({ kind: 'chat', roomId: room.id, page: 0 })
  using socket = await SyncClient.open(client, name)
  spoken += 1
  const replica = replicaOf(seat, 'chat', spoken)
  const key = messageKey(seat, Date.UTC(2026, 6, 1) + spoken, 0)
  const value = { x: text, l: spoken, ...(mentions.length === 0 ? {} : { at: mentions }) }
  await save(
    socket,
    name,
    changeOf(replica, () => replica.getMap('m').set(key, value)),
  )
  return key
}
