/**
 * Who may read what the server counts: a program on this machine, or one with the token. Anybody else finds nothing.
 *
 * Behind a proxy everybody comes from this machine, so there only the token opens it; and a page in a browser here
 * whose name leads to this machine is not this machine's.
 */
import { createMiddleware } from 'hono/factory'
import type { MiddlewareHandler } from 'hono'
import { isLoopback, type Config } from '../config.ts'
import { isSameHash, secretHash } from '../secret-hash.ts'
import type { Env } from './door.ts'

export const metricsPath = '/metrics'

type Options = Readonly<{
  config: Pick<Config, 'publicOrigin' | 'metricsToken'>
  contentType: string
  text: () => Promise<string>
}>

export function serveMetrics({ config, contentType, text }: Options): MiddlewareHandler<Env> {
  const tokenHash = config.metricsToken === undefined ? null : secretHash(config.metricsToken)

  function hasToken(authorization: string | undefined): boolean {
    const [, token] = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? '') ?? []
    return tokenHash !== null && token !== undefined && isSameHash(secretHash(token), tokenHash)
  }

  return createMiddleware<Env>(async (c, next) => {
    const isProxied =
      config.publicOrigin !== null ||
      ['forwarded', 'x-forwarded-for', 'via'].some((name) => c.req.header(name) !== undefined)
    const isFromHere =
      !isProxied &&
      isLoopback(c.env.incoming.socket.remoteAddress ?? '') &&
      isLoopback(new URL(c.req.url).hostname.replace(/^\[|\]$/g, ''))
    if (!isFromHere && !hasToken(c.req.header('authorization'))) {
      await next()
      return
    }
    return c.body(await text(), 200, { 'Content-Type': contentType, 'Cache-Control': 'no-store' })
  })
}
