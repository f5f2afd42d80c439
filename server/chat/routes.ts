/** HTTP routes of what was said in a room: finding it, pinning it, and taking it along. */
import { Hono, type Context } from 'hono'
import { pinPaths } from '#shared/chat/pin.ts'
import type { MessageKey } from '#shared/chat/message.ts'
import { paths, type FirstSinceResponse, type SearchResponse } from '#shared/http.ts'
import type { RoomId } from '#shared/ids.ts'
import { reportPaths, ReportRequest, type ReportsResponse } from '#shared/report.ts'
import { readJson, signedIn, type Env } from '../front/door.ts'
import type { ExportRoom } from './export.ts'
import type { Reports } from './reports.ts'
import type { Pins } from './pins.ts'
import type { Search } from './search.ts'

/** These stand for what is named in a route's path. What comes in their place is checked by the rules. */
const anyId = ':id' as RoomId
const anyKey = ':key' as MessageKey

function idOf(c: Context<Env>): string {
  return c.req.param('id') ?? ''
}

function keyOf(c: Context<Env>): string {
  return c.req.param('key') ?? ''
}

type Options = Readonly<{ search: Search; pins: Pins; reports: Reports; exportRoom: ExportRoom }>

export function chatRoutes({ search, pins, reports, exportRoom }: Options): Hono<Env> {
  const app = new Hono<Env>()

  app.get(paths.search(anyId), async (c) =>
    c.json<SearchResponse>(await search.find(signedIn(c).personId, idOf(c), c.req.query())),
  )
  app.get(paths.firstSince(anyId), (c) =>
    c.json<FirstSinceResponse>({
      first: search.firstSince(signedIn(c).personId, idOf(c), c.req.query('since') ?? ''),
    }),
  )
  app.put(pinPaths.pin(anyId, anyKey), (c) => {
    pins.pin(signedIn(c).personId, idOf(c), keyOf(c))
    return c.body(null, 204)
  })
  app.delete(pinPaths.pin(anyId, anyKey), (c) => {
    pins.unpin(signedIn(c).personId, idOf(c), keyOf(c))
    return c.body(null, 204)
  })
  app.get(reportPaths.all(anyId), (c) => c.json<ReportsResponse>(reports.list(signedIn(c).personId, idOf(c))))
  app.post(reportPaths.one(anyId, anyKey), async (c) => {
    const { personId } = signedIn(c)
    reports.report(personId, idOf(c), keyOf(c), await readJson(c, ReportRequest))
    return c.body(null, 204)
  })
  app.delete(reportPaths.one(anyId, anyKey), (c) => {
    reports.settle(signedIn(c).personId, idOf(c), keyOf(c))
    return c.body(null, 204)
  })
  app.get(paths.export(anyId), async (c) => {
    const format = c.req.query('format') ?? 'json'
    const { fileName, contentType, text } = await exportRoom(signedIn(c).personId, idOf(c), format)
    // The first part tells whether there is anything to send.
    const parts = text[Symbol.asyncIterator]()
    const first = await parts.next()
    const body = ReadableStream.from(follow(first, parts)).pipeThrough(new TextEncoderStream())
    return c.body(body, 200, {
      'Content-Type': contentType,
      'Content-Disposition': `attachment; filename="${fileName}"`,
    })
  })

  return app
}

async function* follow(first: IteratorResult<string>, rest: AsyncIterator<string>): AsyncGenerator<string> {
  try {
    for (let part = first; part.done !== true; part = await rest.next()) yield part.value
  } finally {
    await rest.return?.()
  }
}
