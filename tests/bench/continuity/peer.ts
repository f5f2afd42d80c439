/** The same words and strokes by Hocuspocus' own provider and a bare Hocuspocus: bytes of coming back. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import WebSocket from 'ws'
import * as Y from 'yjs'
import { until } from '../../support/until.ts'
import type { Bytes } from './socket-bytes.ts'

const bare = fileURLToPath(new URL('../sync/hocuspocus.ts', import.meta.url))
/** After all are whole: what still comes. */
const restMs = 1_000

/** The name of a root, and what one person writes into it. */
export type Writing = ReadonlyMap<string, readonly (readonly [key: string, value: unknown])[]>
export type PeerReturned = Readonly<{ unchanged: readonly Bytes[]; changed: readonly Bytes[] }>

/** One for each who writes; each root is of a document of its own. */
export async function measurePeer(writings: readonly Writing[]): Promise<PeerReturned> {
  const child = spawn(process.execPath, [bare], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  try {
    const [first] = (await once(child.stdout, 'data')) as [Buffer]
    const { port } = JSON.parse(String(first)) as { port: number }
    const roots = [...new Set(writings.flatMap((writing) => [...writing.keys()]))]
    using ends = new DisposableStack()
    const people = writings.map(() => ends.use(new Person(port, roots)))
    const areWhole = (count: (root: string) => number): Promise<unknown> =>
      until(() => people.every((person) => person.isWhole(count)), 'everybody to be whole')
    const comeBack = async (count: (root: string) => number): Promise<Bytes[]> => {
      for (const person of people) person.take()
      for (const person of people) person.connect()
      await areWhole(count)
      await new Promise((resolve) => setTimeout(resolve, restMs))
      return people.map((person) => person.take())
    }
    const goAway = async (): Promise<void> => {
      for (const person of people) person.disconnect()
      await until(() => people.every((person) => person.isAway), 'everybody to be away')
    }
    await areWhole(() => 0)
    await goAway()
    const unchanged = await comeBack(() => 0)
    await goAway()
    for (const [index, writing] of writings.entries()) people[index]?.write(writing)
    const all = (root: string): number =>
      writings.reduce((sum, writing) => sum + (writing.get(root)?.length ?? 0), 0)
    return { unchanged, changed: await comeBack(all) }
  } finally {
    child.kill('SIGKILL')
    await ended
  }
}

class Person implements Disposable {
  readonly #socket: HocuspocusProviderWebsocket
  readonly #providers: ReadonlyMap<string, HocuspocusProvider>
  readonly #bytes: { sent: number; received: number }

  constructor(port: number, roots: readonly string[]) {
    const bytes = { sent: 0, received: 0 }
    this.#bytes = bytes
    class CountedSocket extends WebSocket {
      constructor(url: string) {
        super(url)
        this.on('message', (data: Buffer | ArrayBuffer) => (bytes.received += data.byteLength))
      }

      override send(data: Uint8Array): void {
        bytes.sent += data.length
        super.send(data)
      }
    }
    const url = `ws://127.0.0.1:${String(port)}`
    this.#socket = new HocuspocusProviderWebsocket({ url, WebSocketPolyfill: CountedSocket })
    this.#providers = new Map(
      roots.map((root) => {
        const options = { websocketProvider: this.#socket, name: root, document: new Y.Doc() }
        const provider = new HocuspocusProvider(options)
        provider.attach()
        return [root, provider]
      }),
    )
  }

  get isAway(): boolean {
    return [...this.#providers.values()].every(({ isSynced }) => !isSynced)
  }

  isWhole(count: (root: string) => number): boolean {
    return [...this.#providers].every(
      ([root, { isSynced, unsyncedChanges, document }]) =>
        isSynced && unsyncedChanges === 0 && document.getMap(root).size === count(root),
    )
  }

  write(writing: Writing): void {
    for (const [root, entries] of writing)
      for (const [key, value] of entries) this.#providers.get(root)?.document.getMap(root).set(key, value)
  }

  disconnect(): void {
    this.#socket.disconnect()
  }

  connect(): void {
    void this.#socket.connect()
  }

  take(): Bytes {
    const taken = { ...this.#bytes }
    Object.assign(this.#bytes, { sent: 0, received: 0 })
    return taken
  }

  [Symbol.dispose](): void {
    for (const provider of this.#providers.values()) provider.destroy()
    this.#socket.destroy()
  }
}
