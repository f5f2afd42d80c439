/** Who may draw, while people have the board open: the server, programs that have not heard of it, and honest pages. */
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import * as Y from 'yjs'
import { paths } from '#shared/http.ts'
import { clientIdOf, type Seat } from '#shared/ids.ts'
import { leftOutBurstMax } from '#shared/limits.ts'
import { firstSheetId, type Drawing } from '#shared/room.ts'
import { encodeLiveFrame, readFrameHead, readLiveBroadcast } from '#shared/wire/frames.ts'
import { encodeAsk, encodePresence, encodeState, encodeUpdate } from '#web/sync/frames.ts'
import type { DocumentPort } from '#web/sync/ports.ts'
import { openRoomSession, type RoomSession } from '#web/sync/room-session.ts'
import { TestClient } from '../support/client.ts'
import { shownTo } from '../support/frames.ts'
import { drawIn, replicaOf, seatedRoom } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { testWorld, type Device, type TestWorld } from '../support/sync-world.ts'
import { until } from '../support/until.ts'

const server = await startTestServer()
const { people, names } = await seatedRoom(server, 'Alice', 'Bob')
const [alice, bob] = people
assert.ok(alice !== undefined && bob !== undefined)
const { room } = alice.answer
after(() => server[Symbol.asyncDispose]())

beforeEach(() => letDraw('everyone'))

/** The owner decides it. */
async function letDraw(drawing: Drawing): Promise<void> {
  await alice!.client.ask('PATCH', paths.room(room.id), { drawing })
}

const answersTo = ({ received }: SyncClient, name: string): string[] =>
  received
    .filter(({ address, kind }) => address === name && (kind === 'saved' || kind === 'unsaved'))
    .map(({ kind }) => kind)

async function isAnswered(socket: SyncClient, name: string, ...wanted: readonly string[]): Promise<void> {
  await until(() => answersTo(socket, name).length >= wanted.length || undefined, 'the answers')
  assert.deepEqual(answersTo(socket, name), wanted)
}

const grantsIn = ({ received }: SyncClient, name: string): boolean[] =>
  received.flatMap((frame) => (frame.kind === 'granted' && frame.address === name ? [frame.canWrite] : []))

async function isGranted(socket: SyncClient, name: string, ...wanted: readonly boolean[]): Promise<void> {
  await until(() => grantsIn(socket, name).length >= wanted.length || undefined, 'the grants')
  assert.deepEqual(grantsIn(socket, name), wanted)
}

/** What somebody who opens the board now is shown. */
async function shapesNow(): Promise<string[]> {
  using socket = await SyncClient.open(alice!.client, names.board)
  socket.send(encodeAsk(names.board, replicaOf(alice!.seat, 'board')))
  await socket.frame(names.board, 'state')
  return [...shownTo(socket, names.board).getMap('shapes').keys()]
}

test('[BO5] [Y-25] each role draws where the room lets it; what the others bring is not saved, and nobody sees it', async () => {
  const { token } = await alice.client.invite(room.id)
  const gus = await TestClient.guest(server, token, 'Gus')
  const { seat: guestSeat } = await gus.joinRoom(room.id)
  const roles: readonly (readonly ['owner' | 'member' | 'guest', TestClient, Seat])[] = [
    ['owner', alice.client, alice.seat],
    ['member', bob.client, bob.seat],
    ['guest', gus, guestSeat],
  ]
  const drawers = {
    everyone: { owner: 'saved', member: 'saved', guest: 'saved' },
    members: { owner: 'saved', member: 'saved', guest: 'unsaved' },
    moderators: { owner: 'saved', member: 'unsaved', guest: 'unsaved' },
  } as const
  for (const drawing of ['members', 'moderators', 'everyone'] as const) {
    await letDraw(drawing)
    for (const [role, client, seat] of roles) {
      const answer: string = drawers[drawing][role]
      using socket = await SyncClient.open(client, names.board)
      await isGranted(socket, names.board, answer === 'saved')
      const page = replicaOf(seat, 'board', Math.floor(Math.random() * 2 ** 32))
      const { id, update } = drawIn(page, seat)
      socket.send(encodeUpdate(names.board, update))
      await isAnswered(socket, names.board, answer)
      socket.send(encodeState(names.board, Y.encodeStateAsUpdate(page)))
      await isAnswered(socket, names.board, answer, answer)
      assert.equal((await shapesNow()).includes(id), answer === 'saved', `${drawing}, seat ${String(seat)}`)
    }
  }
})

test('[BO5] who draws on before they have heard is told that it is not saved, and gives it once they may again', async () => {
  // As our page does: every opening has an address of its own.
  const [address, anew] = [`${names.board}\0first`, `${names.board}\0second`]
  using socket = await SyncClient.open(bob.client, address)
  const page = replicaOf(bob.seat, 'board', 71)
  const draw = (): void => socket.send(encodeUpdate(address, drawIn(page, bob.seat).update))
  draw()
  await isAnswered(socket, address, 'saved')
  await letDraw('moderators')
  draw()
  // Builds on what was left out.
  draw()
  await isAnswered(socket, address, 'saved', 'unsaved', 'unsaved')
  await isGranted(socket, address, true, false)
  await letDraw('everyone')
  await isGranted(socket, address, true, false, true)
  draw()
  await isAnswered(socket, address, 'saved', 'unsaved', 'unsaved', 'unsaved')

  await socket.open(anew)
  await isGranted(socket, anew, true)
  socket.send(encodeState(anew, Y.encodeStateAsUpdate(page)))
  await isAnswered(socket, anew, 'saved')
  const shown = await shapesNow()
  for (const id of page.getMap('shapes').keys()) assert.ok(shown.includes(id), id)
})

test('[BO5] live frames of somebody who may not draw are passed on to nobody, and end nothing', async () => {
  using mine = await SyncClient.open(alice.client, names.room, names.board)
  using theirs = await SyncClient.open(bob.client, names.room, names.board)
  theirs.send(encodePresence(names.room, { clientId: clientIdOf(bob.seat, 72), clock: 1, state: {} }))
  const live = names.board.replace('board/', 'live/')
  const point = (mark: number): void => theirs.send(encodeLiveFrame(live, Uint8Array.of(mark)))
  const marks = (): readonly number[] =>
    mine.bytes.flatMap((frame) => {
      const head = readFrameHead(frame)
      return head?.address === live ? [...(readLiveBroadcast(frame, head.bodyAt)?.payload ?? [])] : []
    })
  // The first ones come before the presence that names their sender.
  await until(() => {
    point(1)
    return marks().includes(1) || undefined
  }, 'a live frame')
  await letDraw('moderators')
  point(2)
  // Answered after the live frame was looked at.
  theirs.send(encodeUpdate(names.board, drawIn(replicaOf(bob.seat, 'board', 73), bob.seat).update))
  await isAnswered(theirs, names.board, 'unsaved')
  await letDraw('everyone')
  point(3)
  await until(() => marks().includes(3) || undefined, 'the live frame after it')
  assert.ok(!marks().includes(2))
})

test('[BO5] a program that does not stop bringing what it may not is cut off', async () => {
  await letDraw('moderators')
  using socket = await SyncClient.open(bob.client, names.board)
  const page = replicaOf(bob.seat, 'board', 74)
  for (let count = 0; count < leftOutBurstMax + 60; count++)
    socket.send(encodeUpdate(names.board, drawIn(page, bob.seat).update))
  assert.equal((await socket.closed).code, 4429)
})

function pageOfBob(world: TestWorld): RoomSession {
  const { personId, seat, answer } = bob!
  const { role, chatTail } = answer
  return openRoomSession({ world, roomId: room.id, personId, seat, role, chatTail })
}

async function isState(board: DocumentPort, canWrite: boolean, hasUnsent: boolean): Promise<void> {
  await until(
    () => {
      const state = board.state()
      return (state.isSynced && state.canWrite === canWrite && state.hasUnsent === hasUnsent) || undefined
    },
    `a board with canWrite ${String(canWrite)} and hasUnsent ${String(hasUnsent)}`,
  )
}

test('[BO5] an open page follows at once, and keeps what it drew without a network until it may give it', async () => {
  const device: Device = new Map()
  let id = ''
  {
    const world = testWorld(bob.client, device)
    using session = pageOfBob(world)
    const board = session.openBoard(firstSheetId)
    await isState(board, true, false)
    world.setOnline(false)
    board.transact(() => {
      id = drawIn(board.doc, bob.seat).id
    })
    await letDraw('moderators')
    world.setOnline(true)
    await isState(board, false, true)
    assert.equal(session.drawing(), 'moderators')
    assert.equal(session.connection().kind, 'live')
    assert.throws(() => board.transact(() => drawIn(board.doc, bob.seat)))
    assert.ok(!(await shapesNow()).includes(id))
  }
  // Also the page that comes after it.
  using session = pageOfBob(testWorld(bob.client, device))
  const board = session.openBoard(firstSheetId)
  await isState(board, false, true)
  await letDraw('everyone')
  await isState(board, true, false)
  assert.ok((await shapesNow()).includes(id))
  await letDraw('members')
  assert.deepEqual([board.state().canWrite, session.connection().kind], [true, 'live'])
})
