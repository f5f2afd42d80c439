/** HTTP routes of rooms and their invites. */
import { Hono, type Context } from 'hono'
import { directPaths } from '#shared/direct.ts'
import {
  AcceptInviteRequest,
  AnswerKnocksRequest,
  ChangeRoomRequest,
  CreateRoomRequest,
  DirectRequest,
  KnockRequest,
  MarkReadRequest,
  paths,
  type AcceptInviteResponse,
  type InviteInfo,
  type InviteResponse,
  type PeopleResponse,
  type RoomResponse,
  type RoomsResponse,
} from '#shared/http.ts'
import type { RoomId } from '#shared/ids.ts'
import { knockPaths, type KnockResponse } from '#shared/knock.ts'
import { mutePath, MuteRequest } from '#shared/mute.ts'
import { addressOf } from '../front/address.ts'
import { readJson, signedIn, type Env } from '../front/door.ts'
import type { Direct } from './direct.ts'
import type { Invites } from './invites.ts'
import type { Knocked, Knocker, Lobby } from './lobby.ts'
import type { Rooms } from './rooms.ts'

/** Stands for the id in a route's path. What comes in its place is checked by the rules. */
const anyId = ':id' as RoomId

function idOf(c: Context<Env>): string {
  return c.req.param('id') ?? ''
}

/** Aborted when the client has gone before its answer. */
function knockerOf(c: Context<Env>): Knocker {
  const gone = new AbortController()
  c.env.outgoing.once('close', () => {
    gone.abort()
  })
  return { visitor: c.var.visitor, address: addressOf(c.env.incoming), gone: gone.signal }
}

type Options = Readonly<{ rooms: Rooms; direct: Direct; invites: Invites; lobby: Lobby }>

export function roomRoutes({ rooms, direct, invites, lobby }: Options): Hono<Env> {
  const app = new Hono<Env>()

  app.get(paths.rooms, (c) => c.json<RoomsResponse>(rooms.list(signedIn(c))))
  app.post(paths.rooms, async (c) => {
    const visitor = signedIn(c)
    return c.json<RoomResponse>(rooms.create(visitor, await readJson(c, CreateRoomRequest)), 201)
  })
  app.post(directPaths.direct, async (c) => {
    const visitor = signedIn(c)
    return c.json<RoomResponse>(direct.open(visitor, await readJson(c, DirectRequest)))
  })
  app.get(directPaths.people, (c) => c.json<PeopleResponse>(direct.people(signedIn(c))))
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
    rooms.markRead(visitor, idOf(c), await readJson(c, MarkReadRequest))
    return c.body(null, 204)
  })
  app.put(mutePath(anyId), async (c) => {
    const visitor = signedIn(c)
    rooms.mute(visitor, idOf(c), await readJson(c, MuteRequest))
    return c.body(null, 204)
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

  const answerKnock = (c: Context<Env>, { response, cookie }: Knocked) =>
    c.json<KnockResponse>(response, 200, cookie === null ? {} : { 'Set-Cookie': cookie })
  app.post(knockPaths.room(anyId), async (c) => {
    const request = await readJson(c, KnockRequest)
    return answerKnock(c, await lobby.knockAtRoom(knockerOf(c), idOf(c), request))
  })
  app.post(knockPaths.call(anyId), async (c) => {
    const visitor = signedIn(c)
    const request = await readJson(c, KnockRequest)
    return answerKnock(c, await lobby.knockAtCall({ ...knockerOf(c), visitor }, idOf(c), request))
  })
  app.post(knockPaths.answer(anyId), async (c) => {
    const visitor = signedIn(c)
    await lobby.answer(visitor, idOf(c), await readJson(c, AnswerKnocksRequest))
    return c.body(null, 204)
  })

  return app
}
