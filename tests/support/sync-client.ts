/** A program that speaks the socket's protocol by hand: honest where a test wants it, and anything else otherwise. */
import WebSocket, { type RawData } from 'ws'
import { paths } from '#shared/http.ts'
import { frameTypes, readFrameHead } from '#shared/wire/frames.ts'
import { encodeAuth, readServerFrame, type ServerFrame } from '#web/sync/frames.ts'
import type { TestClient } from './client.ts'
import { until } from './until.ts'

export type Closed = Readonly<{ code: number; reason: string }>

export type Received = ServerFrame & Readonly<{ address: string }>

export class SyncClient {
  readonly #socket: WebSocket
  /** Every frame so far that has an address. */
  readonly received: Received[] = []
  /** As they came. */
  readonly bytes: Uint8Array[] = []
  readonly closed: Promise<Closed>

  private constructor(socket: WebSocket) {
    this.#socket = socket
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        resolve({ code, reason: String(reason) })
      })
    })
    socket.on('error', () => undefined)
    socket.on('message', (data: RawData) => {
      this.#receive(new Uint8Array(data as Buffer))
    })
  }

  /** Resolves when the socket is open. Throws with the status of the answer where the upgrade is refused. */
  static async connect(
    client: TestClient,
    { origin = client.origin }: Readonly<{ origin?: string }> = {},
  ): Promise<SyncClient> {
    const headers = client.cookie === '' ? {} : { cookie: client.cookie }
    const socket = new WebSocket(client.origin.replace(/^http/, 'ws') + paths.socket, {
      headers,
      ...(origin === '' ? {} : { origin }),
    })
    const self = new SyncClient(socket)
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('unexpected-response', (_, response) => {
        reject(new Error(String(response.statusCode)))
        socket.terminate()
      })
      socket.once('error', reject)
    })
    return self
  }

  /** A connected client that has the document open. */
  static async open(client: TestClient, ...names: readonly string[]): Promise<SyncClient> {
    const self = await SyncClient.connect(client)
    for (const name of names) await self.open(name)
    return self
  }

  send(bytes: Uint8Array | string): void {
    this.#socket.send(bytes)
  }

  /** Opens a document; resolves when the server has let it in. */
  async open(name: string): Promise<void> {
    this.send(encodeAuth(name))
    await this.frame(name, 'granted')
  }

  /** The first frame of this kind for this address, once it has come. */
  async frame<Kind extends ServerFrame['kind']>(
    address: string,
    kind: Kind,
  ): Promise<Extract<ServerFrame, { kind: Kind }>> {
    const found = await until(
      () => this.received.find((frame) => frame.address === address && frame.kind === kind),
      `${kind} for ${address}`,
    )
    return found as unknown as Extract<ServerFrame, { kind: Kind }>
  }

  has(kind: ServerFrame['kind']): boolean {
    return this.received.some((frame) => frame.kind === kind)
  }

  [Symbol.dispose](): void {
    this.#socket.terminate()
  }

  #receive(frame: Uint8Array): void {
    this.bytes.push(frame)
    if (frame.length === 1 && frame[0] === frameTypes.ping) {
      this.send(new Uint8Array([frameTypes.pong]))
      return
    }
    const head = readFrameHead(frame)
    if (head !== null)
      this.received.push({ address: head.address, ...readServerFrame(frame, head.type, head.bodyAt) })
  }
}
