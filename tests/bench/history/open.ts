/** Opening a room as a page does that has nothing of it: its document, and its newest page of chat. */
import WebSocket from 'ws'
import * as Y from 'yjs'
import { paths } from '#shared/http.ts'
import { frameTypes, readFrameHead } from '#shared/wire/frames.ts'
import { encodeAsk, encodeAuth, readServerFrame } from '#web/sync/frames.ts'

export type Opened = Readonly<{ tookMs: number; bytes: number; messages: number }>

/** From the first byte of the connection until all of these documents are applied. */
export async function openRoom(origin: string, cookie: string, names: readonly string[]): Promise<Opened> {
  const startedAtMs = performance.now()
  const url = origin.replace(/^http/, 'ws') + paths.socket
  using ends = new DisposableStack()
  const socket = ends.adopt(new WebSocket(url, { headers: { cookie }, origin }), (open) => open.terminate())
  const docs = new Map(names.map((name) => [name, new Y.Doc()]))
  const missing = new Set(names)
  let bytes = 0
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject)
    socket.on('close', (code) => {
      reject(new Error(`the socket was closed with ${String(code)}`))
    })
    socket.on('open', () => {
      for (const [name, doc] of docs) {
        socket.send(encodeAuth(name))
        socket.send(encodeAsk(name, doc))
      }
    })
    socket.on('message', (data: Buffer) => {
      bytes += data.length
      if (data.length === 1 && data[0] === frameTypes.ping) return
      const head = readFrameHead(data)
      const doc = docs.get(head?.address ?? '')
      if (head === null || doc === undefined) return
      const frame = readServerFrame(data, head.type, head.bodyAt)
      if (frame.kind !== 'state') return
      Y.applyUpdate(doc, frame.update)
      missing.delete(head.address)
      if (missing.size === 0) resolve()
    })
  })
  const messages = docs.get(names.at(-1) ?? '')?.getMap('m').size ?? 0
  return { tookMs: performance.now() - startedAtMs, bytes, messages }
}
