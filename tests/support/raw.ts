/** Bytes to a server as no client would send them, and what comes back until it hangs up. */
import { connect, type Socket } from 'node:net'

type Options = Readonly<{
  /** Where to come from: all of 127.0.0.0/8 is this machine. */
  localAddress?: string
}>

/** A connection that a test writes to piece by piece. */
export function openRaw(server: Readonly<{ port: number }>, options: Options = {}): Socket {
  return connect({ host: '127.0.0.1', port: server.port, ...options })
}

/** Everything the server says until the connection ends, also by a reset. */
export async function readToEnd(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  // A reset after the answer is an end like any other.
  socket.on('error', () => undefined)
  await new Promise((done) => socket.once('close', done))
  return Buffer.concat(chunks).toString('latin1')
}

export async function sendRaw(
  server: Readonly<{ port: number }>,
  text: string,
  options: Options = {},
): Promise<string> {
  const socket = openRaw(server, options)
  socket.write(text)
  return readToEnd(socket)
}

/** The status of an answer. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? Number.NaN)
}
