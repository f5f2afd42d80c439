/** Everything that answers HTTP, in the order in which a request meets it. */
import { Hono, type MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import { AppError, type ErrorCode } from '#shared/errors.ts'
import { paths, type HealthResponse } from '#shared/http.ts'
import type { Sessions } from '../accounts/sessions.ts'
import type { Logger } from '../log.ts'
import { findVisitor, refuseForeign, type Env } from './door.ts'
import { errorResponse, logFault, toAppError } from './errors.ts'
import { metricsPath } from './metrics.ts'
import type { Origins } from './origin.ts'
import type { StaticFiles } from './static.ts'

type Options = Readonly<{
  log: Logger
  origins: Origins
  sessions: Pick<Sessions, 'use'>
  staticFiles: StaticFiles
  /** Why the server cannot do its work now; empty if it can. */
  faultsNow: () => readonly string[]
  /** Resolves once everything that the database holds now is on disk. */
  kept: () => Promise<void>
  routes: readonly Hono<Env>[]
  onRefused: (code: ErrorCode) => void
  metrics: MiddlewareHandler<Env>
}>

export function createApp(options: Options): Hono<Env> {
  const { log, origins, sessions, staticFiles, faultsNow, kept, routes, onRefused, metrics } = options
  const app = new Hono<Env>()

  app.onError((thrown, c) => {
    const error = toAppError(thrown)
    onRefused(error.code)
    logFault(log, error, { method: c.req.method, route: routePath(c) })
    return errorResponse(error)
  })
  app.notFound(() => {
    onRefused('not-found')
    return errorResponse(new AppError('not-found'))
  })

  app.use(refuseForeign(origins))
  app.use('/api/*', async (c, next) => {
    await next()
    // But what says that it never changes.
    if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store')
  })
  app.get(paths.health, (c) => {
    const reasons = faultsNow()
    return c.json<HealthResponse>(
      { isAlive: true, isReady: reasons.length === 0, reasons },
      reasons.length === 0 ? 200 : 503,
    )
  })
  app.get(metricsPath, metrics)
  app.use('/api/*', findVisitor(sessions))
  // As a document's frames do: nobody is told what the power could still take away (W5).
  app.use('/api/*', async (_c, next) => {
    await next()
    await kept()
  })
  for (const route of routes) app.route('/', route)

  app.get('*', async (c, next) => {
    if (c.req.path === '/api' || c.req.path.startsWith('/api/')) return next()
    return (await staticFiles.respond(c.req.path, c.req.raw.headers)) ?? next()
  })
  return app
}
