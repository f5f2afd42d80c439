/**
 * From an HTTP upgrade to a client's socket: who may have one.
 *
 * Another site's page and one address too many are refused before the upgrade. A stranger is let in and told 4401 at
 * once, and a client of another version 4426: browsers do not tell a page why an upgrade was refused. Where many come at
 * once they are let in one after the other.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { ErrorCode } from '#shared/errors.ts'
import { refuseVersion, versionQuery, type Versions } from '#shared/wire/version.ts'
import { frameSizeMax, socketsPerAddressMax } from '#shared/limits.ts'
import type { Meters } from '../metrics.ts'
import { addressOf } from './address.ts'
import type { Backlog } from './backlog.ts'
import { refuseRaw } from './http.ts'
import { ClientSocket } from './socket.ts'
import { Turnstile } from './turnstile.ts'

/** Fragments of one message (W-11). */
const fragmentsMax = 64

type Options = Readonly<{
  isAllowedOrigin: (origin: string | undefined) => boolean
  meters: Pick<Meters, 'refused' | 'socketClosed'>
  backlog: Backlog
  /** What this server speaks (W7). */
  versions: Versions
  /** How many sockets have not opened a document yet. */
  arriving: () => number
  onSocket: (socket: ClientSocket, cookieHeader: string | undefined) => void
}>

export type HandleUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

export function createUpgrades(options: Options): HandleUpgrade {
  const { isAllowedOrigin, meters, backlog, versions, arriving, onSocket } = options
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: frameSizeMax,
    maxFragments: fragmentsMax,
    autoPong: false,
  })
  const turnstile = new Turnstile(arriving)
  const countByAddress = new Map<string, number>()

  function count(address: string, change: 1 | -1): void {
    const left = (countByAddress.get(address) ?? 0) + change
    if (left > 0) countByAddress.set(address, left)
    else countByAddress.delete(address)
  }

  /** Why this address or page gets no socket, or null. */
  function refuse(request: IncomingMessage, address: string): ErrorCode | null {
    if (!isAllowedOrigin(request.headers.origin)) return 'origin-refused'
    return (countByAddress.get(address) ?? 0) >= socketsPerAddressMax ? 'too-many-sockets' : null
  }

  return (request, socket, head) => {
    const address = addressOf(request)
    const refusal = refuse(request, address)
    if (refusal !== null) {
      meters.refused(refusal)
      refuseRaw(socket, refusal)
      return
    }
    // Also while it waits.
    count(address, 1)
    socket.once('close', () => {
      count(address, -1)
    })
    turnstile.pass(() => {
      server.handleUpgrade(request, socket, head, (ws) => {
        const client = new ClientSocket(ws, socket, meters, backlog)
        const outdated = refuseVersion(versionIn(request.url), versions)
        if (outdated === null) onSocket(client, request.headers.cookie)
        else client.close(outdated)
      })
    })
  }
}

function versionIn(url = ''): string | null {
  const [, query = ''] = url.split('?')
  return new URLSearchParams(query).get(versionQuery)
}
