/**
 * Three people at one board, each with tools, undo and a network that comes and goes, and the server's guard between
 * them: in the end all have the same board, and nobody's undo has taken away what another has changed since.
 *
 * BOARD_RUNS sets how many histories are played.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import fc from 'fast-check'
import * as Y from 'yjs'
import { inspectUpdate } from '#server/sync/guard.ts'
import { outlineOf } from '#shared/board/outline.ts'
import type { ShapeId } from '#shared/board/shape.ts'
import { seatOf, serverSeat, type Seat } from '#shared/ids.ts'
import { policies } from '#shared/sync/policy.ts'
import type { BoardShape } from '#web/board/engine/board-doc.ts'
import { Drawer, FakeLive, FakeWorld } from '../support/fake-board.ts'
import { replicaOf } from '../support/seated.ts'

const runs = Number(process.env['BOARD_RUNS'] ?? 25)

const acts = [
  'draw',
  'rectangle',
  'arrow',
  'note',
  'text',
  'move',
  'stretch',
  'style',
  'group',
  'ungroup',
  'front',
  'back',
  'lock',
  'duplicate',
  'delete',
  'erase',
  'rub',
  'undo',
  'undo',
  'redo',
  'send',
  'receive',
  'cut',
  'reconnect',
] as const

type Step = Readonly<{ who: number; act: (typeof acts)[number]; x: number; y: number }>

const steps = fc.array(
  fc.record<Step>({
    who: fc.nat(2),
    act: fc.constantFrom(...acts),
    x: fc.integer({ min: 0, max: 400 }),
    y: fc.integer({ min: 0, max: 300 }),
  }),
  { minLength: 20, maxLength: 60, size: 'max' },
)

/** The server: its copy of the board, behind the guard. */
class Server {
  readonly doc = replicaOf(serverSeat, 'board')

  take(seat: Seat, update: Uint8Array, isHandshake: boolean): void {
    const verdict = inspectUpdate(new Uint8Array(update), {
      doc: this.doc,
      policy: policies.board,
      writer: { seat, role: 'member', canDraw: true, canPost: true },
      isHandshake,
      voidsOf: () => new Map(),
    })
    if (verdict.outcome === 'refuse') assert.fail(`refused: ${verdict.reason}`)
    if (verdict.outcome === 'admit') Y.applyUpdate(this.doc, verdict.update)
  }
}

class Person {
  readonly drawer: Drawer
  readonly #seat: Seat
  readonly #server: Server
  #isConnected = true
  #unsent: Uint8Array[] = []
  /** Shapes that nobody else had a hand in, as they last were. */
  readonly #own = new Map<ShapeId, string>()

  constructor(seat: Seat, server: Server, shared: Readonly<{ world: FakeWorld; live: FakeLive }>) {
    this.#seat = seat
    this.#server = server
    this.drawer = new Drawer(seat, shared)
    this.#doc.on('update', (update: Uint8Array, _origin: unknown, _doc: Y.Doc, { local }: Y.Transaction) => {
      if (local) this.#unsent.push(update)
    })
  }

  get #doc(): Y.Doc {
    return this.drawer.document.doc
  }

  do(step: Step): void {
    this.#act(step)
    for (const { id } of this.drawer.board.pile())
      if (!this.#hasOthersHand(id)) this.#own.set(id, this.#stateOf(id))
  }

  #act({ act, x, y }: Step): void {
    const { drawer } = this
    const { editor } = drawer
    const pile = drawer.board.pile()
    const shape = pile[(x * 7 + y) % Math.max(1, pile.length)]
    switch (act) {
      case 'draw':
        drawer.tool('pen').draw(x, y, x + 40, y + 20)
        return
      case 'rectangle':
      case 'arrow':
      case 'note':
        drawer
          .tool(act)
          .down(x, y)
          .move(x + 80, y + 60)
          .up()
        editor.typing.end()
        return
      case 'text':
        if (shape !== undefined && shape.kind !== 'stroke' && !shape.isLocked) editor.edit(shape.id)
        else editor.edit({ x, y })
        editor.typing.write(`${'ab'.repeat(x % 3)}${String(y)}`)
        editor.typing.end()
        return
      case 'move':
        this.#choose(shape)
        if (shape !== undefined) this.#drag(shape, x - 200, y - 150)
        return
      case 'stretch': {
        this.#choose(shape)
        const [handle] = editor.handles().filter(({ kind }) => kind === 'stretch')
        if (handle !== undefined)
          drawer
            .down(handle.at.x, handle.at.y)
            .move(handle.at.x + x / 4 + 5, handle.at.y + y / 4)
            .up()
        return
      }
      case 'style':
        this.#choose(shape)
        editor.setStyle({ ink: x % 8, width: 1 + (y % 20) })
        return
      case 'group':
        this.#choose(shape, pile[y % Math.max(1, pile.length)])
        drawer.run('group')
        return
      case 'ungroup':
      case 'front':
      case 'back':
      case 'lock':
      case 'duplicate':
      case 'delete':
        this.#choose(shape)
        drawer.run(act)
        return
      case 'erase':
      case 'rub':
        drawer
          .tool(act === 'rub' ? 'ink-eraser' : 'eraser')
          .down(x, y)
          .move(x + 60, y + 60)
          .up()
        return
      case 'undo':
      case 'redo':
        this.#step(act)
        return
      case 'send':
        this.send()
        return
      case 'receive':
        this.receive()
        return
      case 'cut':
        this.#isConnected = false
        return
      case 'reconnect':
        this.reconnect()
    }
  }

  send(): void {
    if (!this.#isConnected) return
    for (const update of this.#unsent.splice(0)) this.#server.take(this.#seat, update, false)
  }

  receive(): void {
    if (!this.#isConnected) return
    Y.applyUpdate(this.#doc, Y.encodeStateAsUpdate(this.#server.doc, Y.encodeStateVector(this.#doc)))
  }

  /** As after a cut: each gives what the other lacks. */
  reconnect(): void {
    this.#isConnected = true
    this.#unsent = []
    const missing = Y.encodeStateAsUpdate(this.#doc, Y.encodeStateVector(this.#server.doc))
    this.#server.take(this.#seat, missing, true)
    this.receive()
  }

  /** What is on the board and in the document, as one number. */
  hash(): string {
    const entries = [...this.#doc.getMap('shapes')].sort(([a], [b]) => (a < b ? -1 : 1))
    const seen = this.drawer.board
      .pile()
      .map(({ id, place, style, text, groups, isLocked }) => [id, place, style, text, groups, isLocked])
    return createHash('sha256')
      .update(JSON.stringify([entries, seen]))
      .digest('hex')
  }

  #choose(...shapes: readonly (BoardShape | undefined)[]): void {
    this.drawer.tool('select')
    this.drawer.editor.selection.set(shapes.flatMap((shape) => shape?.id ?? []))
  }

  #drag(shape: BoardShape, dx: number, dy: number): void {
    const [x = 0, y = 0] = Array.from(outlineOf(shape))
    this.drawer
      .down(x, y)
      .move(x + dx / 2, y + dy / 2)
      .move(x + dx, y + dy)
      .up()
  }

  #step(direction: 'undo' | 'redo'): void {
    const { board, editor } = this.drawer
    const ofOthers = board.pile().filter(({ id }) => this.#isChangedByOthers(id))
    editor[direction]()
    for (const { id } of ofOthers)
      assert.ok(board.shape(id) !== null, `${direction} took away ${id}, which another has changed since`)
  }

  /** What another has deleted and put back is as it was (BO4). */
  #isChangedByOthers(id: ShapeId): boolean {
    return this.#hasOthersHand(id) && this.#stateOf(id) !== this.#own.get(id)
  }

  #stateOf(id: ShapeId): string {
    const shapes = this.#doc.getMap('shapes')
    return JSON.stringify(this.drawer.board.keysOf(id).map((key) => [key, shapes.get(key)]))
  }

  #hasOthersHand(id: ShapeId): boolean {
    return this.drawer.board.keysOf(id).some((key) => {
      const item = this.#doc.getMap('shapes')._map.get(key)
      return item !== undefined && seatOf(item.id.client) !== this.#seat
    })
  }
}

test('[BO1] [BO4] [BO6] [BO7] whatever three people do, undo and miss, all have the same board in the end', () => {
  fc.assert(
    fc.property(steps, (history) => {
      const shared = { world: new FakeWorld(), live: new FakeLive() }
      const server = new Server()
      const people = [1, 2, 3].map((seat) => new Person(seat as Seat, server, shared))
      for (const step of history) {
        people[step.who]?.do(step)
        // Mostly, what somebody does is soon everywhere.
        if (step.x % 3 === 0) continue
        people[step.who]?.send()
        for (const person of people) person.receive()
      }
      for (const person of people) person.reconnect()
      for (const person of people) person.receive()
      const [first, ...others] = people.map((person) => person.hash())
      for (const other of others) assert.equal(other, first)
      for (const { drawer } of people) drawer[Symbol.dispose]()
    }),
    { numRuns: runs },
  )
})
