/**
 * The HTTP server itself: what is refused before a request reaches the app, and the headers on all that leaves.
 *
 * Slow, oversized and ambiguous requests end here (W-14, W-17, W-18); upgrades go to the socket's front.
 */
import { once } from 'node:events'
import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { errorRow, type ErrorCode } from '#shared/errors.ts'
import { paths } from '#shared/http.ts'
import { requestHeadersSizeMax, requestHeadersTimeoutMs, requestUrlLengthMax } from '#shared/limits.ts'
import type { Config } from '../config.ts'
import { StartError, type Fault } from '../faults.ts'
import { errorBody } from './errors.ts'
import { securityHeaders } from './headers.ts'

/** A body that has not arrived by then never will. */
const requestTimeoutMs = 30_000
/** How often the time-outs are looked at. */
const timeoutCheckMs = 1_000
/** Connections that the system takes for us while we are busy; it drops one more, which then comes seconds late. */
const backlogMax = 4_096
/** What a request that is being answered may still take once the server stops. */
const stopGraceMs = 2_000

export type Listener = AsyncDisposable &
  Readonly<{
    server: Server
    /** The one listened on, also where the configuration leaves the choice to the system. */
    port: number
    /** From now on nothing new is answered. */
    stopAccepting: () => void
  }>

/** Takes the port. Before `answer` is called, in the same tick, nothing can arrive. */
export async function listen({ host, port }: Pick<Config, 'host' | 'port'>): Promise<Listener> {
  const server = createServer({
    maxHeaderSize: requestHeadersSizeMax,
    headersTimeout: requestHeadersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: timeoutCheckMs,
    insecureHTTPParser: false,
  })
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  try {
    await once(server.listen({ port, host, backlog: backlogMax }), 'listening')
  } catch (cause) {
    const fault = faultOfListening(cause, host, port)
    throw fault === null ? cause : new StartError([fault], { cause })
  }
  // From now on: while the sockets are sent away the last connection may go.
  const closed = new Promise((resolve) => server.once('close', resolve))
  const address = server.address()
  const stopAccepting = () => {
    if (server.listening) server.close()
  }
  return {
    server,
    port: typeof address === 'object' && address !== null ? address.port : port,
    stopAccepting,
    async [Symbol.asyncDispose]() {
      stopAccepting()
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy()
      }, stopGraceMs)
      await closed
      clearTimeout(timer)
    },
  }
}

type Handlers = Readonly<{
  /** A request is not even looked at. */
  onRefused: (code: ErrorCode) => void
  onRequest: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}>

export function answer(server: Server, { onRefused, onRequest, onUpgrade }: Handlers): void {
  server.on('request', (request, response) => {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
    const refusal = refuseUnread(server, request)
    if (refusal !== null) {
      onRefused(refusal)
      const { status, headers, body } = refusalOf(refusal)
      response.writeHead(status, headers).end(body)
      return
    }
    // The app answers its own faults; what is left is a client that went away while being answered.
    onRequest(request, response).catch(() => response.destroy())
  })

  server.on('upgrade', (request, socket: Duplex, head) => {
    // First of all: a reset while the session is looked up must not end the process (W-15).
    socket.on('error', () => socket.destroy())
    const isSocketPath = request.url?.split('?')[0] === paths.socket
    const refusal = refuseUnread(server, request) ?? (isSocketPath ? null : 'not-found')
    if (refusal === null) onUpgrade(request, socket, head)
    else {
      onRefused(refusal)
      refuseRaw(socket, refusal)
    }
  })

  server.on('clientError', (error: Error & { code?: string }, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const code = codeOfParserError(error.code)
    onRefused(code)
    refuseRaw(socket, code)
  })
}

/** Why a request is not even looked at, or null. */
function refuseUnread(server: Server, request: IncomingMessage): ErrorCode | null {
  // On a connection that was kept alive.
  if (!server.listening) return 'server-stopping'
  return (request.url ?? '').length > requestUrlLengthMax ? 'url-too-long' : null
}

function codeOfParserError(code: string | undefined): ErrorCode {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers-too-large'
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'too-slow' : 'request-malformed'
}

/** Answers where there is no response object, and hangs up. */
export function refuseRaw(socket: Duplex, code: ErrorCode): void {
  const { status, headers, body } = refusalOf(code)
  const lines = Object.entries({ ...securityHeaders, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  const head = `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`
  socket.end(head + body, () => {
    socket.destroy()
  })
}

/** What is said before the connection ends. */
function refusalOf(code: ErrorCode) {
  const body = JSON.stringify(errorBody(code))
  const headers = {
    'Cache-Control': 'no-store',
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  }
  return { status: errorRow(code).status, headers, body }
}

function faultOfListening(error: unknown, host: string, port: number): Fault | null {
  const code = error instanceof Error && 'code' in error ? error.code : null
  switch (code) {
    case 'EADDRINUSE':
      return {
        code: 'port-taken',
        sentence: `Another program listens on port ${String(port)} of ${host}.`,
        fix: 'Stop it, or set PORT to another number.',
      }
    case 'EACCES':
      return {
        code: 'port-forbidden',
        sentence: `This user may not listen on port ${String(port)}.`,
        fix: 'Set PORT to a number above 1023, and let a proxy take the low one.',
      }
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return {
        code: 'address-unavailable',
        sentence: `${host} is not an address of this machine.`,
        fix: 'Set HOST to 127.0.0.1 for this machine alone, or to 0.0.0.0 for all of its addresses.',
      }
    default:
      return null
  }
}
