/**
 * The board's editor: what is chosen, where the camera is, what the current tool does, and what this person can undo.
 *
 * It knows no DOM and no Vue. Gestures and commands come in; the document, the live channel and whoever paints hear of
 * what they caused.
 */
import type { Point } from '#shared/board/geometry.ts'
import { parseShapeKey, type ShapeId } from '#shared/board/shape.ts'
import { firstStyle, type Style } from '#shared/board/style.ts'
import type { Undo } from '../../sync/ports.ts'
import { removal } from './arrange.ts'
import { Author, type BoardChange } from './author.ts'
import type { BoardDoc, BoardShape } from './board-doc.ts'
import type { Camera } from './camera.ts'
import type { EditorParts, EditorState, Notice, Stale } from './editor-state.ts'
import { Commands } from './commands.ts'
import type { DraftKeeper } from './draft.ts'
import { Ink } from './ink.ts'
import type { EditorCommand } from './keys.ts'
import type { Letters } from './letters.ts'
import { Lift } from './lift.ts'
import type { LiveChannel } from './live-channel.ts'
import { Listeners } from '../../sync/listeners.ts'
import { handlesAround, pickHandle, pickShape, pickTouched } from './pick.ts'
import { Selection, type PlacedHandle } from './selection.ts'
import { Typing } from './typing.ts'
import {
  noHints,
  type Hints,
  type PointerInput,
  type PointerLook,
  type StatePath,
  type ToolContext,
  type ToolName,
  type ToolNode,
} from './tools/node.ts'
import { toolTree } from './tools/tree.ts'
import { Viewport } from './viewport.ts'
import type { World } from './world.ts'

export class Editor implements ToolContext {
  readonly doc: BoardDoc
  readonly world: World
  readonly letters: Letters
  readonly view = new Viewport()
  readonly author: Author
  readonly selection: Selection
  readonly lift: Lift
  readonly ink: Ink
  readonly typing: Typing
  readonly #commands: Commands
  readonly #draft: DraftKeeper
  readonly #live: LiveChannel
  readonly #changes = new Listeners<[EditorState]>()
  readonly #notices = new Listeners<[Notice]>()
  readonly #stale = new Listeners<[Stale]>()
  readonly #undos: Undo[]
  #tool: ToolName = 'pen'
  #acting: ToolName = 'pen'
  #style: Style = firstStyle
  #keepsTool = false
  #hasGrid = false
  #faded: ReadonlySet<ShapeId> = new Set()
  #hints: Hints = noHints
  #pointer: Point | null = null
  #path: StatePath = 'pen.idle'
  #node: ToolNode
  #state: EditorState

  constructor(parts: EditorParts) {
    const { doc, live, draft, world } = parts
    this.#live = live
    this.doc = doc
    this.world = world
    this.letters = doc.letters
    this.#draft = draft
    this.author = new Author(doc, world, parts.history)
    this.selection = new Selection(doc, () => {
      this.#changed('overlay')
    })
    this.lift = new Lift(doc, doc.letters, (ids, matrix) => {
      live.lift(ids, matrix)
      this.#changed('shapes', 'ink', 'overlay')
    })
    this.ink = new Ink(parts, {
      save: (id, row) => this.act([{ key: id, before: null, after: row }]),
      changed: () => {
        this.#stale.tell('ink')
      },
    })
    this.typing = new Typing(this, () => {
      this.#changed('shapes', 'overlay')
    })
    this.#commands = new Commands(this, parts.copied)
    this.#node = toolTree[this.#path](this)
    this.#state = this.#snapshot()
    this.#undos = [
      this.view.onChange(() => {
        this.#changed('camera')
      }),
      doc.onChange(() => {
        this.selection.sweep()
        this.typing.follow()
        this.#changed()
      }),
      doc.onState(() => {
        // A gesture ends with the right to it; who may not draw has the hand, whichever tool is chosen.
        if (this.canDraw !== this.#state.canDraw) this.setTool(this.#tool)
        this.#restoreDraft()
        this.#changed()
      }),
    ]
    this.#restoreDraft()
  }

  get state(): EditorState {
    return this.#state
  }

  get camera(): Camera {
    return this.view.camera
  }

  get look(): PointerLook {
    return this.#node.look
  }

  get hints(): Hints {
    return this.#hints
  }

  get style(): Style {
    return this.#style
  }

  get acting(): ToolName {
    return this.#acting
  }

  get hasGrid(): boolean {
    return this.#hasGrid
  }

  get canDraw(): boolean {
    return this.doc.canWrite
  }

  /** Shapes about to be erased. */
  get faded(): ReadonlySet<ShapeId> {
    return this.#faded
  }

  /** Where the pointer is, in the viewport, if it is over the board. */
  get pointer(): Point | null {
    return this.#pointer
  }

  onChange(listener: (state: EditorState) => void): Undo {
    return this.#changes.add(listener)
  }

  onNotice(listener: (notice: Notice) => void): Undo {
    return this.#notices.add(listener)
  }

  onStale(listener: (stale: Stale) => void): Undo {
    return this.#stale.add(listener)
  }

  [Symbol.dispose](): void {
    this.interrupt()
    this.typing.end()
    for (const undone of this.#undos.splice(0)) undone()
  }

  // ── What the person chooses ─────────────────────────────────────────────────────────────────
  setTool(tool: ToolName): void {
    this.interrupt()
    this.typing.end()
    if (tool !== 'select') this.selection.clear()
    this.#acting = this.#tool = tool
    this.settle()
  }

  /** Of what is chosen, and of what is drawn next. */
  setStyle(change: Partial<Style>): void {
    this.#style = { ...this.#style, ...change }
    this.#commands.style(change)
    this.#changed()
  }

  keepTool(keepsTool: boolean): void {
    this.#keepsTool = keepsTool
    this.#changed()
  }

  setGrid(hasGrid: boolean): void {
    this.#hasGrid = hasGrid
    this.#changed('camera')
  }

  setCamera(camera: Camera): void {
    this.view.setCamera(camera)
  }

  run(command: EditorCommand): void {
    this.#commands.run(command)
  }

  // ── Gestures ────────────────────────────────────────────────────────────────────────────────
  /** A pointer goes down and acts as `tool`, whichever is chosen. */
  pointerDown(input: PointerInput, tool: ToolName = this.#tool): void {
    this.view.hold()
    this.typing.end()
    this.settle(tool)
    this.#node.pointerDown?.(input)
  }

  pointerMove(inputs: readonly PointerInput[], predicted: readonly PointerInput[]): void {
    const node = this.#node
    node.pointerMove?.(inputs, predicted)
    // What has begun with this move follows it.
    if (this.#node !== node) this.#node.pointerMove?.(inputs, predicted)
  }

  doubleClick(input: PointerInput): void {
    this.#node.doubleClick?.(input)
  }

  startPinch(a: Point, b: Point): void {
    this.#setNode('pinch')
    this.#node.pinch?.(a, b)
  }

  pinch(a: Point, b: Point): void {
    this.#node.pinch?.(a, b)
  }

  /** Where the pointer is now, pressed or not; null when it left. */
  setPointer(at: PointerInput | null): void {
    this.#pointer = at
    if (at !== null && !this.#state.isBusy) this.#node.hover?.(at)
    if (this.#node.look === 'none') this.#stale.tell('overlay')
  }

  complete(): void {
    this.#node.complete?.()
  }

  interrupt(): void {
    this.#node.interrupt?.()
  }

  cancel(): void {
    this.#node.cancel?.()
  }

  // ── What tools do ───────────────────────────────────────────────────────────────────────────
  enter(path: StatePath, input: PointerInput): void {
    this.#setNode(path)
    this.#node.enter?.(input)
  }

  settle(tool: ToolName = this.#tool): void {
    this.#acting = this.canDraw || tool === 'select' || tool === 'laser' ? tool : 'hand'
    this.#setNode(`${this.#acting}.idle`)
  }

  toBoard(at: Point): Point {
    return this.view.toBoard(at)
  }

  setHints(hints: Partial<Hints>): void {
    this.#hints = { ...this.#hints, ...hints }
    if (hints.drawn !== undefined || hints.left !== undefined) this.#stale.tell('ink')
    if (hints.left !== undefined) this.#stale.tell('shapes')
    if (hints.drawn !== undefined) this.#live.draw(hints.drawn)
    this.#stale.tell('overlay')
  }

  setLook(): void {
    this.#stale.tell('overlay')
  }

  shapeAt(at: Point, { kind }: Pick<PointerInput, 'kind'>, isForLocked = false): BoardShape | null {
    return pickShape(this.doc, at, { kind, zoom: this.camera.zoom }, isForLocked)
  }

  handleAt(at: Point, { kind }: Pick<PointerInput, 'kind'>): PlacedHandle | null {
    return this.canDraw ? pickHandle(this.handles(), at, { kind, zoom: this.camera.zoom }) : null
  }

  handles(): PlacedHandle[] {
    return handlesAround(this.selection, this.lift.figures, this.camera.zoom)
  }

  touched(a: Point, b: Point, distance: number): ShapeId[] {
    return pickTouched(this.doc, a, b, distance)
  }

  setFaded(ids: ReadonlySet<ShapeId>): void {
    this.#faded = ids
    this.#stale.tell('shapes')
  }

  erase(ids: ReadonlySet<ShapeId>): void {
    this.#draft.end()
    this.act(removal(this.doc, ids))
  }

  act(changes: readonly BoardChange[]): boolean {
    const isDone = this.author.act(changes)
    if (isDone) this.#changed()
    return isDone
  }

  made(id: ShapeId): void {
    if (this.#keepsTool) return
    this.#tool = 'select'
    this.selection.set([id])
  }

  edit(what: ShapeId | Point): void {
    if (!this.canDraw) return
    if (this.#tool === 'text' && !this.#keepsTool) this.#tool = 'select'
    this.typing.begin(what)
    this.settle()
  }

  // ── Undo ────────────────────────────────────────────────────────────────────────────────────
  undo(): void {
    this.#step('undo')
  }

  redo(): void {
    this.#step('redo')
  }

  #step(direction: 'undo' | 'redo'): void {
    this.interrupt()
    this.typing.end()
    const keys = this.author[direction]()
    if (keys === null) return
    this.#draft.end()
    if (keys.length === 0) this.#notices.tell('nothing-left-to-undo')
    this.#changed()
  }

  /** What a page that died was drawing, once it is known whether the document has it already. */
  #restoreDraft(): void {
    if (!this.canDraw || this.ink.running !== null) return
    const draft = this.#draft.read()
    if (draft === null) return
    if (parseShapeKey(draft.id)?.seat === this.doc.seat && this.doc.value(draft.id) === null) {
      this.act([{ key: draft.id, before: null, after: draft.row }])
    }
    this.#draft.end()
  }

  #setNode(path: StatePath): void {
    this.#node.exit?.()
    this.#path = path
    this.#node = toolTree[path](this)
    this.#changed('overlay')
  }

  #changed(...stale: readonly Stale[]): void {
    for (const each of stale) this.#stale.tell(each)
    this.#state = this.#snapshot()
    this.#changes.tell(this.#state)
  }

  #snapshot(): EditorState {
    const { box, camera } = this.view
    const chosen = this.selection.shapes
    return {
      tool: this.#tool,
      style: chosen.at(-1)?.style ?? this.#style,
      zoom: camera.zoom,
      canDraw: this.canDraw,
      canUndo: this.author.canUndo,
      canRedo: this.author.canRedo,
      shapeCount: this.doc.count,
      chosen,
      writingIn: this.typing.id,
      keepsTool: this.#keepsTool,
      hasGrid: this.#hasGrid,
      isLost: box !== null && this.doc.count > 0 && !this.doc.hasShapesIn(box),
      isBusy: !this.#path.endsWith('.idle'),
    }
  }
}
