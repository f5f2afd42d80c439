/** A room where much was said before anybody opens a page of it. */
import type { RoomResponse } from '#shared/http.ts'
import { messagesBurstMax, pageMessagesMax } from '#shared/limits.ts'
import { documentName } from '#shared/room.ts'
import { TestClient } from './client.ts'
import { save } from './frames.ts'
import { changeOf, replicaOf, sayIn } from './seated.ts'
import { SyncClient } from './sync-client.ts'

/** Guests by this invite fill so many pages, each with as much as one may say at once. Resolves with their texts. */
export async function fillPages(
  server: Readonly<{ origin: string }>,
  token: string,
  pages: number,
): Promise<void> {
  const perPage = pageMessagesMax / messagesBurstMax
  for (let part = 0; part < pages * perPage; part += 1) {
    const client = new TestClient(server)
    const answer: RoomResponse = await client.accept(token, { guestName: `Teller ${part + 1}` })
    const page = Math.floor(part / perPage)
    const name = documentName({ kind: 'chat', roomId: answer.room.id, page })
    using socket = await SyncClient.open(client, name)
    const replica = replicaOf(answer.seat, 'chat', 7_000 + part)
    const update = changeOf(replica, () => {
      for (let index = 1; index <= messagesBurstMax; index += 1)
        sayIn(replica, answer.seat, textOf(part, index))
    })
    await save(socket, name, update)
  }
}

/** Of different heights, as what people say is. */
function textOf(part: number, index: number): string {
  const lines = [
    '',
    ' It goes on for a while, so that it takes more than one line of a panel.',
    '\n\nAnd a second paragraph.',
  ]
  return `Line ${index} of part ${part + 1}.${lines[(part + index) % 5] ?? ''}`
}
