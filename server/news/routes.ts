/** HTTP routes of news. */
import { Hono } from 'hono'
import { newsPath } from '#shared/news.ts'
import { EndPushRequest, pushPath, PushRequest, type PushResponse } from '#shared/push.ts'
import { readJson, signedIn, type Env } from '../front/door.ts'
import type { Push } from './push.ts'
import type { NewsStreams } from './streams.ts'

type Options = Readonly<{ streams: Pick<NewsStreams, 'open'>; push: Pick<Push, 'key' | 'begin' | 'end'> }>

export function newsRoutes({ streams, push }: Options): Hono<Env> {
  const app = new Hono<Env>()
  app.get(newsPath, (c) =>
    c.body(streams.open(signedIn(c), c.req.header('cookie')), 200, {
      'Content-Type': 'text/event-stream',
      // Nobody asks for anything more on this connection: where the news end, it does.
      Connection: 'close',
      // A proxy must pass on each event as it comes: https://nginx.org/en/docs/http/ngx_http_proxy_module.html
      'X-Accel-Buffering': 'no',
    }),
  )
  app.get(pushPath, (c) => {
    signedIn(c)
    return c.json<PushResponse>(push.key())
  })
  app.put(pushPath, async (c) => {
    const visitor = signedIn(c)
    push.begin(visitor, await readJson(c, PushRequest))
    return c.body(null, 204)
  })
  app.delete(pushPath, async (c) => {
    const visitor = signedIn(c)
    push.end(visitor, await readJson(c, EndPushRequest))
    return c.body(null, 204)
  })
  return app
}
