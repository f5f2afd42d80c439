/** HTTP routes of rooms and their invites. */
import { Hono, type Context } from 'hono'
import {
  AcceptInviteRequest,
  ChangeRoomRequest,
  CreateRoomRequest,
  MarkReadRequest,
  paths,
  type AcceptInviteResponse,
  type InviteInfo,
  type InviteResponse,
  type RoomResponse,
  type RoomsResponse,
  type SearchResponse,
} from '#shared/http.ts'
import type { RoomId } from '#shared/ids.ts'
import type { Search } from '../chat/search.ts'
import { addressOf } from '../front/address.ts'
import { readJson, signedIn, type Env } from '../front/door.ts'
import type { Invites } from './invites.ts'
import type { Rooms } from './rooms.ts'

/** Stands for the id in a route's path. What comes in its place is checked by the rules. */
const anyId = ':id' as RoomId

function idOf(c: Context<Env>): string {
  return c.req.param('id') ?? ''
}

type Options = Readonly<{ rooms: Rooms; invites: Invites; search: Search }>

export function roomRoutes({ rooms, invites, search }: Options): Hono<Env> {
  const app = new Hono<Env>()

  app.get(paths.rooms, (c) => c.json<RoomsResponse>(rooms.list(signedIn(c))))
  app.post(paths.rooms, async (c) => {
    const visitor = signedIn(c)
    return c.json<RoomResponse>(rooms.create(visitor, await readJson(c, CreateRoomRequest)), 201)
  })
  app.get(paths.room(anyId), (c) => c.json<RoomResponse>(rooms.get(signedIn(c), idOf(c))))
  app.patch(paths.room(anyId), async (c) => {
    const visitor = signedIn(c)
    return c.json<RoomResponse>(rooms.change(visitor, idOf(c), await readJson(c, ChangeRoomRequest)))
  })
  app.post(paths.joinRoom(anyId), (c) => c.json<RoomResponse>(rooms.join(signedIn(c), idOf(c))))
  app.post(paths.leaveRoom(anyId), (c) => {
    rooms.leave(signedIn(c), idOf(c))
    return c.body(null, 204)
  })
  app.put(paths.markRead(anyId), async (c) => {
    const visitor = signedIn(c)
    const { readCount } = await readJson(c, MarkReadRequest)
    rooms.markRead(visitor, idOf(c), readCount)
    return c.body(null, 204)
  })
  app.get(paths.search(anyId), async (c) => {
    const { q = '', before = '' } = c.req.query()
    return c.json<SearchResponse>(await search(signedIn(c).personId, idOf(c), q, before))
  })
  app.post(paths.invites(anyId), (c) => c.json<InviteResponse>(invites.create(signedIn(c), idOf(c)), 201))

  app.get(paths.invite(anyId), (c) => c.json<InviteInfo>(invites.describe(idOf(c))))
  app.post(paths.acceptInvite(anyId), async (c) => {
    const request = await readJson(c, AcceptInviteRequest)
    const { response, cookie } = await invites.accept(
      c.var.visitor,
      idOf(c),
      request,
      addressOf(c.env.incoming),
    )
    return c.json<AcceptInviteResponse>(response, 200, cookie === null ? {} : { 'Set-Cookie': cookie })
  })

  return app
}
