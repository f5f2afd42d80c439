/** HTTP routes of a room's call. */
import { Hono } from 'hono'
import { ModerateCallRequest, type IceResponse } from '#shared/call/http.ts'
import { callPaths } from '#shared/call/paths.ts'
import type { RoomId } from '#shared/ids.ts'
import { readJson, signedIn, type Env } from '../front/door.ts'
import type { Ice } from './ice.ts'
import type { Moderation } from './moderation.ts'

const anyId = ':id' as RoomId

type Options = Readonly<{ ice: Ice; moderate: Moderation }>

export function callRoutes({ ice, moderate }: Options): Hono<Env> {
  const app = new Hono<Env>()
  app.get(callPaths.ice(anyId), async (c) =>
    c.json<IceResponse>(await ice(signedIn(c), c.req.param('id') ?? '')),
  )
  app.post(callPaths.moderate(anyId), async (c) => {
    const visitor = signedIn(c)
    moderate(visitor, c.req.param('id') ?? '', await readJson(c, ModerateCallRequest))
    return c.body(null, 204)
  })
  return app
}
