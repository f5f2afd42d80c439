/** A board without a page: a real document, a clock that tests move, and others who draw too. */
import * as Y from 'yjs'
import { clientIdOf, type Seat } from '#shared/ids.ts'
import type { BoardHistory } from '#web/board/engine/author.ts'
import { BoardDoc, type BoardShape } from '#web/board/engine/board-doc.ts'
import type { Copied } from '#web/board/engine/commands.ts'
import { DraftKeeper, type DraftStorage } from '#web/board/engine/draft.ts'
import { Editor } from '#web/board/engine/editor.ts'
import { LiveChannel } from '#web/board/engine/live-channel.ts'
import type { EditorCommand } from '#web/board/engine/keys.ts'
import type { Letters } from '#web/board/engine/letters.ts'
import type { PointerInput, ToolName } from '#web/board/engine/tools/node.ts'
import type { World } from '#web/board/engine/world.ts'
import { RootViews } from '#web/sync/root-view.ts'
import type { DocumentState, LivePort, PagePort } from '#web/sync/ports.ts'

/** One person's copy of a document. */
export type FakeDocument = PagePort &
  Readonly<{
    /** Transactions of this person's own that changed something. */
    writes(): number
    set(state: Partial<DocumentState>): void
    /** What is told before it is written, by root and key. */
    said: ReadonlyMap<string, unknown>
  }>

let documentCount = 0

export function fakeDocument(seat: number): FakeDocument {
  const doc = new Y.Doc()
  doc.clientID = clientIdOf(seat as Seat, (documentCount += 1))
  const listeners = new Set<() => void>()
  let state: DocumentState = {
    isLoaded: true,
    isSynced: true,
    hasUnsent: false,
    isGiving: true,
    isKept: true,
    canWrite: true,
  }
  let writeCount = 0
  doc.on('update', (_update, _origin, _doc, transaction) => {
    if (transaction.local) writeCount++
  })
  const views = new RootViews(doc)
  const said = new Map<string, unknown>()
  return {
    doc,
    root: (name) => views.root(name),
    seat: seat as Seat,
    state: () => state,
    transact: (change) => {
      doc.transact(change)
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    onNote: () => () => undefined,
    said,
    say: (root, key, value) => {
      if (value === undefined) said.delete(`${root}/${key}`)
      else said.set(`${root}/${key}`, value)
    },
    writes: () => writeCount,
    set(change) {
      state = { ...state, ...change }
      for (const listener of listeners) listener()
    },
    [Symbol.dispose]: () => {
      doc.destroy()
    },
  }
}

/** Both have what either had. */
export function exchange(a: Y.Doc, b: Y.Doc): void {
  const [ofA, ofB] = [Y.encodeStateAsUpdate(a), Y.encodeStateAsUpdate(b)]
  Y.applyUpdate(a, ofB)
  Y.applyUpdate(b, ofA)
}

/** Time that passes when told to, and chance that is the same each time. */
export class FakeWorld implements World {
  #nowMs = 0
  #timers: Readonly<{ atMs: number; run: () => void }>[] = []
  #seed = 1

  nowMs = (): number => this.#nowMs

  random = (): number => {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647
    return this.#seed / 2_147_483_647
  }

  after = (delayMs: number, run: () => void): (() => void) => {
    const timer = { atMs: this.#nowMs + delayMs, run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  onFrame = (run: () => void): (() => void) => this.after(16, run)

  pass(ms: number): void {
    const endMs = this.#nowMs + ms
    for (;;) {
      const next = this.#timers.toSorted((a, b) => a.atMs - b.atMs)[0]
      if (next === undefined || next.atMs > endMs) break
      this.#timers = this.#timers.filter((timer) => timer !== next)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.run()
    }
    this.#nowMs = endMs
  }
}

export function fakeStorage(kept = new Map<string, string>()): DraftStorage {
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => {
      kept.set(key, value)
    },
    removeItem: (key) => {
      kept.delete(key)
    },
  }
}

/** Live frames among people: each hears the others, under their clientID. */
export class FakeLive {
  readonly #listeners = new Map<number, (clientId: number, payload: Uint8Array) => void>()
  /** Every frame sent, oldest first. */
  readonly frames: Uint8Array[] = []
  /** False loses what is sent. */
  isConnected = true

  port(clientId: number): LivePort {
    return {
      send: (payload) => {
        this.frames.push(payload)
        if (!this.isConnected) return
        for (const [id, listener] of this.#listeners) if (id !== clientId) listener(clientId, payload)
      },
      onReceive: (listener) => {
        this.#listeners.set(clientId, listener)
        return () => {
          this.#listeners.delete(clientId)
        }
      },
    }
  }
}

/** Every letter is half as wide as it is high. */
export const fakeLetters: Letters = { width: (text, size) => (text.length * size) / 2 }

/** One person at the board. */
export class Drawer {
  readonly document: FakeDocument
  readonly board: BoardDoc
  readonly live: LiveChannel
  readonly editor: Editor
  readonly copied: Copied
  readonly #world: FakeWorld

  constructor(
    seat: number,
    {
      world,
      live,
      storage,
      copied = { figures: [], pasteCount: 0 },
      history,
    }: Readonly<{
      world: FakeWorld
      live: FakeLive
      storage?: DraftStorage
      copied?: Copied
      history?: BoardHistory
    }>,
    document = fakeDocument(seat),
  ) {
    this.#world = world
    this.document = document
    this.board = new BoardDoc(document, fakeLetters)
    this.live = new LiveChannel(live.port(seat), this.board, world)
    const draft = new DraftKeeper(storage ?? fakeStorage(), 'draft', world)
    this.copied = copied
    this.editor = new Editor({
      doc: this.board,
      live: this.live,
      draft,
      world,
      copied,
      ...(history && { history }),
    })
  }

  input(x: number, y: number, over: Partial<PointerInput> = {}): PointerInput {
    const keys = { shift: false, alt: false, ctrl: false }
    const atMs = this.#world.nowMs()
    return { id: 1, x, y, kind: 'mouse', pressure: 0.5, button: 'main', atMs, ...keys, ...over }
  }

  down(x: number, y: number, over: Partial<PointerInput> = {}): this {
    this.editor.pointerDown(this.input(x, y, over))
    return this
  }

  move(x: number, y: number, over: Partial<PointerInput> = {}): this {
    this.editor.pointerMove([this.input(x, y, over)], [])
    return this
  }

  up(): this {
    this.editor.complete()
    return this
  }

  /** Presses and lets go. */
  press(x: number, y: number, over: Partial<PointerInput> = {}): this {
    return this.down(x, y, over).up()
  }

  tool(tool: ToolName): this {
    this.editor.setTool(tool)
    return this
  }

  run(...commands: readonly EditorCommand[]): this {
    for (const command of commands) this.editor.run(command)
    return this
  }

  /** With this tool from corner to corner; returns the new shape. */
  make(tool: ToolName, x: number, y: number, toX: number, toY: number): BoardShape {
    this.tool(tool).down(x, y).move(toX, toY).up()
    const made = this.board.pile().find(({ id }) => this.editor.selection.ids.has(id))
    if (made === undefined) throw new Error(`the ${tool} made nothing`)
    return made
  }

  /** The shape as it is now. */
  now(shape: Pick<BoardShape, 'id'>): BoardShape {
    const found = this.board.shape(shape.id)
    if (found === null) throw new Error('the shape is gone')
    return found
  }

  /** Types in the shape at this place, or in a new text there. */
  type(x: number, y: number, text: string): this {
    this.editor.setTool('select')
    this.editor.doubleClick(this.input(x, y))
    this.editor.typing.write(text)
    return this
  }

  /** A stroke from here to there. */
  draw(x: number, y: number, toX = x + 50, toY = y): this {
    return this.down(x, y).move(toX, toY).up()
  }

  [Symbol.dispose](): void {
    this.editor[Symbol.dispose]()
    this.live[Symbol.dispose]()
    this.board[Symbol.dispose]()
    this.document[Symbol.dispose]()
  }
}
