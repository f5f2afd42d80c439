/** HTTP routes of who belongs to a room. */
import { Hono } from 'hono'
import type { PersonId, RoomId } from '#shared/ids.ts'
import {
  memberPaths,
  RemoveRequest,
  SetRoleRequest,
  type BannedResponse,
  type DecisionsResponse,
} from '#shared/members.ts'
import { readJson, signedIn, type Env } from '../front/door.ts'
import type { Members } from './members.ts'

/** Stand for the ids in a route's path. What comes in their place is checked by the rules. */
const anyId = ':id' as RoomId
const anyPerson = ':person' as PersonId

export function memberRoutes(members: Members): Hono<Env> {
  const app = new Hono<Env>()
  app.put(memberPaths.role(anyId, anyPerson), async (c) => {
    const visitor = signedIn(c)
    members.setRole(
      visitor,
      c.req.param('id') ?? '',
      c.req.param('person') ?? '',
      await readJson(c, SetRoleRequest),
    )
    return c.body(null, 204)
  })
  app.post(memberPaths.remove(anyId, anyPerson), async (c) => {
    const visitor = signedIn(c)
    members.remove(
      visitor,
      c.req.param('id') ?? '',
      c.req.param('person') ?? '',
      await readJson(c, RemoveRequest),
    )
    return c.body(null, 204)
  })
  app.get(memberPaths.banned(anyId), (c) =>
    c.json<BannedResponse>(members.banned(signedIn(c), c.req.param('id') ?? '')),
  )
  app.delete(memberPaths.ban(anyId, anyPerson), (c) => {
    members.allow(signedIn(c), c.req.param('id') ?? '', c.req.param('person') ?? '')
    return c.body(null, 204)
  })
  app.get(memberPaths.decisions(anyId), (c) =>
    c.json<DecisionsResponse>(members.decisions(signedIn(c), c.req.param('id') ?? '')),
  )
  return app
}
