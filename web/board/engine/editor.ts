/**
 * The board's editor: what is chosen, where the camera is, what the current tool does, and what this person can undo.
 *
 * It knows no DOM and no Vue. Gestures and commands come in; the document, the live channel and whoever paints hear of
 * what they caused.
 */
import { inkReach, isTouching, type Box, type Point } from '#shared/board/geometry.ts'
import {
  emptyHistory,
  record,
  redo,
  renameKey,
  undo,
  type Change,
  type History,
  type Step,
} from '#shared/board/history.ts'
import { unpackPoints } from '#shared/board/points.ts'
import { isSameRow, parseShapeKey, type InkStyle, type ShapeId, type ShapeRow } from '#shared/board/shape.ts'
import type { Undo } from '../../sync/ports.ts'
import type { BoardDoc } from './board-doc.ts'
import {
  centredCamera,
  fittedTo,
  movedBy,
  viewBox,
  zoomedAt,
  zoomStep,
  type Camera,
  type Size,
} from './camera.ts'
import type { DraftKeeper } from './draft.ts'
import { Ink } from './ink.ts'
import type { BoardCommand } from './keys.ts'
import type { LiveChannel } from './live-channel.ts'
import { Listeners } from '../../sync/listeners.ts'
import type { PointerInput, PointerLook, StatePath, ToolContext, ToolName, ToolNode } from './tools/node.ts'
import { toolTree } from './tools/tree.ts'
import type { World } from './world.ts'

/** What the interface shows. */
export type EditorState = Readonly<{
  tool: ToolName
  style: InkStyle
  zoom: number
  look: PointerLook
  canDraw: boolean
  canUndo: boolean
  canRedo: boolean
  shapeCount: number
  /** There are shapes, but none in sight. */
  isLost: boolean
  /** A gesture is under way. */
  isBusy: boolean
}>

/** Something the person should be told once. */
export type Notice =
  /** Undo or redo found that others have changed everything it would have touched. */
  'nothing-left-to-undo'

/** What has to be painted anew. */
export type Stale = 'camera' | 'faded' | 'ink' | 'pointer'

/** Viewport px the arrow keys move the board. */
const keyPans = { left: [64, 0], right: [-64, 0], up: [0, 64], down: [0, -64] } as const

export class Editor implements ToolContext {
  readonly ink: Ink
  readonly #doc: BoardDoc
  readonly #draft: DraftKeeper
  readonly #changes = new Listeners<[EditorState]>()
  readonly #notices = new Listeners<[Notice]>()
  readonly #stale = new Listeners<[Stale]>()
  readonly #undos: Undo[]
  #tool: ToolName = 'pen'
  #style: InkStyle = { ink: 0, width: 4 }
  #camera: Camera = { x: 0, y: 0, zoom: 1 }
  #size: Size | null = null
  #faded: ReadonlySet<ShapeId> = new Set()
  #pointer: Point | null = null
  #history: History<ShapeRow> = emptyHistory
  #path: StatePath = 'pen.idle'
  #node: ToolNode
  #state: EditorState

  constructor(parts: Readonly<{ doc: BoardDoc; live: LiveChannel; draft: DraftKeeper; world: World }>) {
    this.#doc = parts.doc
    this.#draft = parts.draft
    this.ink = new Ink(parts, {
      save: (id, row) => this.#act([{ key: id, before: null, after: row }]),
      changed: () => {
        this.#stale.tell('ink')
      },
    })
    this.#node = toolTree[this.#path](this)
    this.#state = this.#snapshot()
    this.#undos = [
      parts.doc.onChange(() => {
        this.#changed()
      }),
      parts.doc.onState(() => {
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
    return this.#camera
  }

  /** Of the viewport, in CSS px; nothing until it is known. */
  get size(): Size {
    return this.#size ?? { width: 0, height: 0 }
  }

  get style(): InkStyle {
    return this.#style
  }

  get canDraw(): boolean {
    return this.#doc.canWrite
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
    for (const undone of this.#undos.splice(0)) undone()
  }

  // ── What the person chooses ─────────────────────────────────────────────────────────────────
  setTool(tool: ToolName): void {
    this.interrupt()
    this.#tool = tool
    this.settle()
  }

  setStyle(style: InkStyle): void {
    this.#style = style
    this.#changed()
  }

  /** The viewport has this size now. The first one puts the board's origin into its middle. */
  setSize(size: Size): void {
    if (size.width <= 0 || size.height <= 0) return
    const isFirst = this.#size === null
    this.#size = size
    this.setCamera(isFirst ? centredCamera(size) : this.#camera)
  }

  setCamera(camera: Camera): void {
    this.#camera = camera
    this.#stale.tell('camera')
    this.#changed()
  }

  panBy(dx: number, dy: number): void {
    this.setCamera(movedBy(this.#camera, dx, dy))
  }

  /** Multiplies the zoom, keeping what is under `at`; without it, the middle. */
  zoomBy(factor: number, at: Point = this.#middle()): void {
    this.setCamera(zoomedAt(this.#camera, at, this.#camera.zoom * factor))
  }

  run(command: BoardCommand): void {
    switch (command) {
      case 'pen':
      case 'eraser':
      case 'hand':
        this.setTool(command)
        return
      case 'undo':
        this.undo()
        return
      case 'redo':
        this.redo()
        return
      case 'zoom-in':
        this.zoomBy(zoomStep)
        return
      case 'zoom-out':
        this.zoomBy(1 / zoomStep)
        return
      case 'zoom-reset':
        this.setCamera(zoomedAt(this.#camera, this.#middle(), 1))
        return
      case 'fit':
        this.fit()
        return
      case 'cancel':
        this.cancel()
        return
      case 'left':
      case 'right':
      case 'up':
      case 'down': {
        const [dx, dy] = keyPans[command]
        this.panBy(dx, dy)
      }
    }
  }

  /** Shows everything. */
  fit(): void {
    const bounds = this.#doc.bounds()
    this.setCamera(bounds === null ? centredCamera(this.size) : fittedTo(bounds, this.size))
  }

  // ── Gestures ────────────────────────────────────────────────────────────────────────────────
  /** A pointer goes down and acts as `tool`, whichever is chosen. */
  pointerDown(input: PointerInput, tool: ToolName = this.#tool): void {
    this.#setNode(`${this.canDraw ? tool : 'hand'}.idle`)
    this.#node.pointerDown?.(input)
  }

  pointerMove(inputs: readonly PointerInput[], predicted: readonly PointerInput[]): void {
    this.#node.pointerMove?.(inputs, predicted)
  }

  startPinch(a: Point, b: Point): void {
    this.#setNode('pinch')
    this.#node.pinch?.(a, b)
  }

  pinch(a: Point, b: Point): void {
    this.#node.pinch?.(a, b)
  }

  /** Where the pointer is now, pressed or not; null when it left. */
  setPointer(at: Point | null): void {
    this.#pointer = at
    this.#stale.tell('pointer')
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

  settle(): void {
    this.#setNode(`${this.canDraw ? this.#tool : 'hand'}.idle`)
  }

  touched(a: Point, b: Point, distance: number): ShapeId[] {
    const box: Box = {
      minX: Math.min(a.x, b.x) - distance,
      minY: Math.min(a.y, b.y) - distance,
      maxX: Math.max(a.x, b.x) + distance,
      maxY: Math.max(a.y, b.y) + distance,
    }
    return this.#doc
      .shapesIn(box)
      .filter(({ row }) => {
        const points = unpackPoints(row.p)
        return points !== null && isTouching(points.values, a, b, distance + inkReach(row.w))
      })
      .map(({ id }) => id)
  }

  setFaded(ids: ReadonlySet<ShapeId>): void {
    this.#faded = ids
    this.#stale.tell('faded')
  }

  erase(ids: ReadonlySet<ShapeId>): void {
    this.#draft.end()
    this.#act([...ids].map((key) => ({ key, before: this.#doc.row(key), after: null })))
  }

  // ── Undo ────────────────────────────────────────────────────────────────────────────────────
  undo(): void {
    this.interrupt()
    this.#step(undo(this.#history, { read: (key) => this.#doc.row(key), isSame: isSameRow }))
  }

  redo(): void {
    this.interrupt()
    this.#step(redo(this.#history, { read: (key) => this.#doc.row(key), isSame: isSameRow }))
  }

  #act(changes: readonly Change<ShapeRow>[]): boolean {
    const real = changes.filter(({ before, after }) => before !== null || after !== null)
    if (real.length === 0 || !this.canDraw) return false
    this.#history = record(this.#history, real)
    this.#doc.write(real)
    this.#changed()
    return true
  }

  #step(step: Step<ShapeRow> | null): void {
    if (step === null || !this.canDraw) return
    this.#draft.end()
    this.#history = step.history
    this.#doc.write(step.changes.map((change) => this.#underOwnKey(change)))
    if (step.changes.length === 0) this.#notices.tell('nothing-left-to-undo')
    this.#changed()
  }

  /**
   * Somebody else's shape comes back as one's own, under a new id: written over what they once wrote, this person's row
   * would depend on theirs.
   */
  #underOwnKey(change: Change<ShapeRow>): Change<ShapeRow> {
    if (change.after === null || parseShapeKey(change.key)?.seat === this.#doc.seat) return change
    const key = this.ink.newId()
    this.#history = renameKey(this.#history, change.key, key)
    return { ...change, key }
  }

  /** What a page that died was drawing, once it is known whether the document has it already. */
  #restoreDraft(): void {
    if (!this.canDraw || this.ink.running !== null) return
    const draft = this.#draft.read()
    if (draft === null) return
    if (parseShapeKey(draft.id)?.seat === this.#doc.seat && this.#doc.row(draft.id) === null) {
      this.#act([{ key: draft.id, before: null, after: draft.row }])
    }
    this.#draft.end()
  }

  #setNode(path: StatePath): void {
    this.#node.exit?.()
    this.#path = path
    this.#node = toolTree[path](this)
    this.#stale.tell('pointer')
    this.#changed()
  }

  #middle(): Point {
    return { x: this.size.width / 2, y: this.size.height / 2 }
  }

  #changed(): void {
    this.#state = this.#snapshot()
    this.#changes.tell(this.#state)
  }

  #snapshot(): EditorState {
    return {
      tool: this.#tool,
      style: this.#style,
      zoom: this.#camera.zoom,
      look: this.#node.look,
      canDraw: this.canDraw,
      canUndo: this.#history.done.length > 0,
      canRedo: this.#history.undone.length > 0,
      shapeCount: this.#doc.count,
      isLost:
        this.#size !== null &&
        this.#doc.count > 0 &&
        !this.#doc.hasShapesIn(viewBox(this.#camera, this.#size)),
      isBusy: !this.#path.endsWith('.idle'),
    }
  }
}
