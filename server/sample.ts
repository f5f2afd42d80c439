/**
 * Two people, a room, a short conversation and a drawing, to try a new server with.
 *
 * Everything goes in by the front door, over HTTP and the socket, so that it obeys the rules that people do.
 */
import { randomInt } from 'node:crypto'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { newShapeId, type ShapeRow } from '#shared/board/shape.ts'
import { flatPressure, packPoints } from '#shared/board/points.ts'
import { orderBetween } from '#shared/board/order.ts'
import { messageKey, type MessageValue } from '#shared/chat/message.ts'
import { paths, type MeResponse, type RoomResponse } from '#shared/http.ts'
import { clientIdOf, type Seat } from '#shared/ids.ts'
import { documentName, firstSheetId, type DocumentRef } from '#shared/room.ts'
import { frameTypes, readFrameHead, syncTypes } from '#shared/wire/frames.ts'

export const samplePeople = ['Alice', 'Bob'] as const
export const samplePassword = 'two lamps by the river'

const conversation: readonly (readonly [speaker: 0 | 1, text: string])[] = [
  [0, 'Welcome. This room keeps what is said and drawn in it.'],
  [1, 'Also when I lose the network?'],
  [0, 'Also then. Write on; it is sent **once you are back**.'],
  [1, 'I have drawn a shell on the board. Add to it.'],
]
const answerTimeoutMs = 10_000

type Person = Readonly<{ target: string; origin: string; cookie: string }>

/**
 * Fills a server that nobody has registered on yet; says false and changes nothing on any other. `target` is where it
 * listens, `origin` the address its pages have.
 */
export async function seedSample(target: string, origin = target): Promise<boolean> {
  const stranger: Person = { target, origin, cookie: '' }
  const { isFirstRun } = await ask<MeResponse>(stranger, 'GET', paths.me)
  if (!isFirstRun) return false
  const [alice, bob] = [await register(stranger, samplePeople[0]), await register(stranger, samplePeople[1])]
  const made = await ask<RoomResponse>(alice, 'POST', paths.rooms, { title: 'The garden', access: 'open' })
  const roomId = made.room.id
  const joined = await ask<RoomResponse>(bob, 'POST', paths.joinRoom(roomId), {})
  const speakers = [
    { person: alice, seat: made.seat },
    { person: bob, seat: joined.seat },
  ] as const

  for (const [index, [speaker, x]] of conversation.entries()) {
    const { person, seat } = speakers[speaker]
    const message: MessageValue = { x, l: index + 1 }
    await write(person, seat, { kind: 'chat', roomId, page: 0 }, (doc) =>
      doc.getMap('m').set(messageKey(seat, Date.now(), Math.random()), message),
    )
  }
  await write(bob, joined.seat, { kind: 'board', roomId, sheetId: firstSheetId }, (doc) =>
    doc.getMap('shapes').set(newShapeId(joined.seat, Math.random()), shell()),
  )
  return true
}

async function register(stranger: Person, name: string): Promise<Person> {
  const response = await request(stranger, 'POST', paths.register, { name, password: samplePassword })
  const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';')
  return { ...stranger, cookie }
}

async function ask<T>(person: Person, method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
  return (await (await request(person, method, path, body)).json()) as T
}

async function request(
  person: Person,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<Response> {
  const response = await fetch(person.target + path, {
    method,
    headers: { origin: person.origin, cookie: person.cookie, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${String(response.status)} ${await response.text()}`)
  return response
}

/** Adds to a document as its person would from a fresh page, and returns once it is on the server's disk. */
async function write(
  person: Person,
  seat: Seat,
  document: DocumentRef,
  change: (doc: Y.Doc) => unknown,
): Promise<void> {
  const name = documentName(document)
  const doc = new Y.Doc()
  doc.clientID = clientIdOf(seat, randomInt(2 ** 32))
  change(doc)
  const socket = new WebSocket(person.target.replace(/^http/, 'ws') + paths.socket, {
    headers: { origin: person.origin, cookie: person.cookie },
    handshakeTimeout: answerTimeoutMs,
  })
  const { promise: acknowledged, resolve, reject } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => {
    reject(new Error(`${name} was not acknowledged`))
  }, answerTimeoutMs)
  socket.on('error', reject)
  socket.on('close', (code) => {
    reject(new Error(`the socket was closed with ${String(code)}`))
  })
  socket.on('open', () => socket.send(frame(name, frameTypes.auth, [0], '')))
  socket.on('message', (data: Buffer) => {
    const head = readFrameHead(data)
    if (head?.name !== name) return
    if (head.type === frameTypes.auth) {
      socket.send(frame(name, frameTypes.sync, [syncTypes.update], Y.encodeStateAsUpdate(doc)))
    }
    if (head.type === frameTypes.syncStatus) {
      const decoder = decoding.createDecoder(data)
      decoder.pos = head.bodyAt
      if (decoding.readVarUint(decoder) === 1) resolve(undefined)
      else reject(new Error(`${name} refused the sample`))
    }
  })
  try {
    await acknowledged
  } finally {
    clearTimeout(timer)
    socket.close()
    doc.destroy()
  }
}

function frame(
  name: string,
  type: number,
  numbers: readonly number[],
  payload: string | Uint8Array,
): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, name)
    encoding.writeVarUint(encoder, type)
    for (const number of numbers) encoding.writeVarUint(encoder, number)
    if (typeof payload === 'string') encoding.writeVarString(encoder, payload)
    else encoding.writeVarUint8Array(encoder, payload)
  })
}

/** A spiral of three turns, growing as shells do: evenly in its logarithm. */
function shell(): ShapeRow {
  const points = Array.from({ length: 240 }, (_, index) => {
    const angle = (index / 80) * 2 * Math.PI
    const radius = 12 * Math.exp(angle * 0.14)
    return [radius * Math.cos(angle), radius * Math.sin(angle), flatPressure]
  })
  return {
    k: 'stroke',
    c: 1,
    w: 4,
    z: orderBetween(null, null, Math.random()),
    p: packPoints(points.flat(), false),
  }
}
