/** HTTP routes of a room's call. */
import { Hono } from 'hono'
import { callPaths, type IceResponse } from '#shared/call/http.ts'
import type { RoomId } from '#shared/ids.ts'
import { signedIn, type Env } from '../front/door.ts'
import type { Ice } from './ice.ts'

const anyId = ':id' as RoomId

type Options = Readonly<{ ice: Ice }>

export function callRoutes({ ice }: Options): Hono<Env> {
  const app = new Hono<Env>()
  app.get(callPaths.ice(anyId), async (c) =>
    c.json<IceResponse>(await ice(signedIn(c), c.req.param('id') ?? '')),
  )
  return app
}
