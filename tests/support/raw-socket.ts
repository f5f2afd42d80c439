/** A WebSocket by hand (RFC 6455): frames that no library would send, and a client that answers nothing by itself. */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { paths } from '#shared/http.ts'
import type { TestClient } from './client.ts'
import { openRaw } from './raw.ts'

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

type FrameOptions = Readonly<{
  isFinal?: boolean
  /** The three reserved bits, 0–7. */
  reserved?: number
  isMasked?: boolean
  /** What the header says instead of the payload's own length. */
  claimedLength?: number
}>

/** A frame as a client sends it, unless told otherwise. The mask is zeros: legal, and the payload stays readable. */
export function clientFrame(
  opcode: number,
  payload: Uint8Array | string = '',
  { isFinal = true, reserved = 0, isMasked = true, claimedLength }: FrameOptions = {},
): Buffer {
  const body = Buffer.from(payload)
  const length = claimedLength ?? body.length
  const first = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode
  const mask = isMasked ? 0x80 : 0
  return Buffer.concat([
    Buffer.from([first]),
    lengthBytes(length, mask),
    isMasked ? Buffer.alloc(4) : Buffer.alloc(0),
    body,
  ])
}

function lengthBytes(length: number, mask: number): Buffer {
  if (length < 126) return Buffer.from([mask | length])
  if (length < 2 ** 16) {
    const bytes = Buffer.from([mask | 126, 0, 0])
    bytes.writeUInt16BE(length, 1)
    return bytes
  }
  const bytes = Buffer.alloc(9)
  bytes[0] = mask | 127
  bytes.writeBigUInt64BE(BigInt(length), 1)
  return bytes
}

export type RawSocket = Disposable &
  Readonly<{
    socket: Socket
    /** The answer to the upgrade, in Latin-1. */
    head: string
    /** The payloads of this opcode so far. */
    frames(opcode: number): readonly Buffer[]
    /** The first of them, once it has come. */
    frame(opcode: number): Promise<Buffer>
    /** The code the server has closed with once the connection is gone; null if it was cut without a word. */
    closeCode: Promise<number | null>
  }>

/** The server's answer to an upgrade, whether it is one or not. */
export async function openRawSocket(
  client: TestClient,
  options: Readonly<{ localAddress?: string; headers?: string }> = {},
): Promise<RawSocket> {
  const { headers = '', ...from } = options
  const socket = openRaw({ port: Number(new URL(client.origin).port) }, from)
  let received: Buffer = Buffer.alloc(0)
  const { promise: headCame, resolve: giveHead } = Promise.withResolvers<string>()
  let isHeadOver = false
  const news = new EventTarget()
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, Buffer.from(chunk)])
    const end = isHeadOver ? -1 : received.indexOf('\r\n\r\n')
    if (end >= 0) {
      isHeadOver = true
      giveHead(received.toString('latin1', 0, end + 4))
      received = received.subarray(end + 4)
    }
    news.dispatchEvent(new Event('data'))
  })
  const payloads = (opcode: number) =>
    framesIn(received)
      .filter((frame) => frame.opcode === opcode)
      .map(({ payload }) => payload)
  // Not `once`, which would fail by an error: a connection that was reset is over as well.
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.write(
    `GET ${paths.socket} HTTP/1.1\r\nHost: x\r\nOrigin: ${client.origin}\r\nCookie: ${client.cookie}\r\n` +
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${headers}\r\n`,
  )
  const head = await Promise.race([headCame, closed.then(noAnswer)])
  return {
    socket,
    head,
    frames: payloads,
    async frame(opcode) {
      for (;;) {
        const [first] = payloads(opcode)
        if (first !== undefined) return first
        await Promise.race([once(news, 'data'), closed.then(noAnswer)])
      }
    },
    closeCode: closed.then(() => {
      const [close] = payloads(opcodes.close)
      return close === undefined ? null : close.readUInt16BE(0)
    }),
    [Symbol.dispose]: () => {
      socket.destroy()
    },
  }
}

function noAnswer(): never {
  throw new Error('the connection ended before what was waited for')
}

/** The whole frames of a server's stream. */
function framesIn(stream: Buffer): Readonly<{ opcode: number; payload: Buffer }>[] {
  const frames = []
  for (let at = 0; at + 2 <= stream.length;) {
    const short = (stream[at + 1] ?? 0) & 0x7f
    const lengthSize = short === 127 ? 8 : short === 126 ? 2 : 0
    const bodyAt = at + 2 + lengthSize
    if (bodyAt > stream.length) break
    const length = lengthSize === 0 ? short : Number(`0x${stream.toString('hex', at + 2, bodyAt)}`)
    if (bodyAt + length > stream.length) break
    frames.push({ opcode: (stream[at] ?? 0) & 0xf, payload: stream.subarray(bodyAt, bodyAt + length) })
    at = bodyAt + length
  }
  return frames
}
