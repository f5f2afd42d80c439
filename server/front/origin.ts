/**
 * Which pages may change something: those of this very origin, compared exactly (H-01).
 *
 * SameSite cookies are not enough: a page on another port of the same host is the same site, and its requests carry
 * the cookie.
 */
import { isLoopback, type Config } from '../config.ts'

export type Origins = Readonly<{
  /** The one to show and to put into links. */
  public: string
  isAllowed(origin: string | undefined): boolean
}>

/** `port` is the one listened on. */
export function originsOf(config: Pick<Config, 'host' | 'publicOrigin'>, port: number): Origins {
  const hosts = isLoopback(config.host) ? ['localhost', '127.0.0.1', config.host] : ['localhost', '127.0.0.1']
  const local = hosts.map(
    (host) => new URL(`http://${host.includes(':') ? `[${host}]` : host}:${String(port)}`).origin,
  )
  const [first = ''] = local
  const allowed = new Set(config.publicOrigin === null ? local : [config.publicOrigin])
  return {
    public: config.publicOrigin ?? first,
    isAllowed: (origin) => origin !== undefined && allowed.has(origin),
  }
}
