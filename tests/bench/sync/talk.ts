/**
 * One person's client, as little of it as talks: it writes what it is given, and tells of the marks it is shown.
 *
 * Nothing is applied to a replica: what a browser does with a message is the same for all servers, and would be most of
 * what is measured.
 */
import WebSocket from 'ws'
import * as Y from 'yjs'
import { messageKey } from '#shared/chat/message.ts'
import { clientIdOf, type Seat } from '#shared/ids.ts'
import { frameTypes, readFrameHead, syncTypes } from '#shared/wire/frames.ts'
import { encodeAsk, encodeAuth, encodeUpdate } from '#web/sync/frames.ts'
import type { Dialect, Speaker } from './plan.ts'

export type Talker = Readonly<{
  /** Resolves once it would be shown what others write. */
  whenOpen: Promise<undefined>
  say(text: string): void
}>

type Options = Readonly<{
  port: number
  /** Where it comes from: all of 127.0.0.0/8 is this machine. */
  localAddress: string
  room: string
  speaker: Speaker
  /** Bytes in which others' messages stand. */
  onShown: (bytes: Buffer) => void
}>

const pong = new Uint8Array([frameTypes.pong])

export function openTalker(dialect: Dialect, options: Options): Talker {
  return dialect === 'yjs' ? openYjs(options) : openSocketIo(options)
}

function openYjs({ port, localAddress, room, speaker, onShown }: Options): Talker {
  const origin = `http://localhost:${String(port)}`
  const headers = speaker.cookie === '' ? {} : { cookie: speaker.cookie }
  const socket = new WebSocket(`ws://127.0.0.1:${String(port)}/socket`, { headers, origin, localAddress })
  const seat = speaker.seat as Seat
  const doc = new Y.Doc()
  doc.clientID = clientIdOf(seat, Math.floor(Math.random() * 2 ** 32))
  const messages = doc.getMap('m')
  doc.on('update', (update) => {
    socket.send(encodeUpdate(room, update))
  })
  const { promise: whenOpen, resolve, reject } = Promise.withResolvers<undefined>()
  socket.on('error', reject)
  socket.on('close', (code) => {
    reject(new Error(`a socket was closed with ${String(code)}`))
  })
  socket.on('open', () => {
    socket.send(encodeAuth(room))
    socket.send(encodeAsk(room, doc))
  })
  socket.on('message', (data: Buffer) => {
    if (data.length === 1 && data[0] === frameTypes.ping) {
      socket.send(pong)
      return
    }
    const head = readFrameHead(data)
    if (head?.type !== frameTypes.sync) return
    const type = data[head.bodyAt]
    if (type === syncTypes.step2) resolve(undefined)
    else if (type === syncTypes.update) onShown(data)
  })
  return {
    whenOpen,
    say(text) {
      messages.set(messageKey(seat, Date.now(), Math.random()), { x: text, l: messages.size + 1 })
    },
  }
}

/** Engine.IO 4 and Socket.IO 5 by hand: packets are text, their types the first digits. */
function openSocketIo({ port, localAddress, room, onShown }: Options): Talker {
  const url = `ws://127.0.0.1:${String(port)}/socket.io/?EIO=4&transport=websocket`
  const socket = new WebSocket(url, { localAddress })
  const { promise: whenOpen, resolve, reject } = Promise.withResolvers<undefined>()
  socket.on('error', reject)
  socket.on('close', (code) => {
    reject(new Error(`a socket was closed with ${String(code)}`))
  })
  socket.on('message', (data: Buffer) => {
    const packet = data.subarray(0, 2).toString('latin1')
    if (packet === '2') socket.send('3')
    else if (packet.startsWith('0')) socket.send('40')
    else if (packet === '40') socket.send(`420${JSON.stringify(['join', room])}`)
    // The answer to `join`; those to messages follow.
    else if (packet === '43') resolve(undefined)
    else if (packet === '42') onShown(data)
  })
  return {
    whenOpen,
    say(text) {
      socket.send(`421${JSON.stringify(['message', text])}`)
    },
  }
}
