/**
 * A tool is a small tree of states; one node is current, gets the pointer, and says which comes next.
 *
 * A gesture ends in one of three ways: the pointer goes up (it is complete), something else takes the pointer away
 * (interrupt: what was done stays), or the person gives it up (cancel: as if it had never begun).
 */
import type { Figure } from '#shared/board/figure.ts'
import type { Box, Point } from '#shared/board/geometry.ts'
import type { ShapeId } from '#shared/board/shape.ts'
import type { Style } from '#shared/board/style.ts'
import type { Author, BoardChange } from '../author.ts'
import type { BoardDoc, BoardShape } from '../board-doc.ts'
import type { Camera } from '../camera.ts'
import type { Ink } from '../ink.ts'
import type { Letters } from '../letters.ts'
import type { Lift } from '../lift.ts'
import type { PlacedHandle, Selection } from '../selection.ts'
import type { Guide } from '../snapping.ts'
import type { World } from '../world.ts'

export const boxTools = ['rectangle', 'ellipse', 'diamond', 'note', 'frame'] as const
export const lineTools = ['line', 'arrow'] as const

export type BoxTool = (typeof boxTools)[number]
export type LineTool = (typeof lineTools)[number]
export type ToolName =
  'select' | 'hand' | 'pen' | 'highlighter' | 'eraser' | 'ink-eraser' | 'text' | 'laser' | BoxTool | LineTool

export type StatePath =
  | `${ToolName}.idle`
  | 'select.pressing'
  | 'select.moving'
  | 'select.catching'
  | 'select.stretching'
  | 'select.turning'
  | 'select.bending'
  | 'pen.drawing'
  | 'laser.pointing'
  | 'eraser.erasing'
  | 'ink-eraser.rubbing'
  | 'hand.panning'
  | 'box.drawing'
  | 'line.drawing'
  | 'pinch'

/** What the pointer looks like over the board, as CSS has it. `none`: the board draws it. */
export type PointerLook =
  | 'crosshair'
  | 'none'
  | 'grab'
  | 'grabbing'
  | 'default'
  | 'move'
  | 'text'
  | 'pointer'
  | 'ns-resize'
  | 'ew-resize'
  | 'nwse-resize'
  | 'nesw-resize'

/** One sample of a pointer, in CSS px from the viewport's top left corner. */
export type PointerInput = Point &
  Readonly<{
    /** The same for all samples of one pointer while it is down. */
    id: number
    kind: 'mouse' | 'touch' | 'pen'
    /** 0…1; 0.5 from what cannot feel. */
    pressure: number
    button: 'main' | 'middle' | 'eraser' | 'other'
    /** On the clock of the engine's world. */
    atMs: number
    shift: boolean
    alt: boolean
    ctrl: boolean
  }>

export interface ToolNode {
  readonly look: PointerLook
  enter?(input: PointerInput): void
  exit?(): void
  pointerDown?(input: PointerInput): void
  /** All samples since the last call, oldest first, and where the pointer is expected next. */
  pointerMove?(inputs: readonly PointerInput[], predicted: readonly PointerInput[]): void
  /** The pointer moves, and is not pressed. */
  hover?(input: PointerInput): void
  doubleClick?(input: PointerInput): void
  /** Two fingers: where they are now. */
  pinch?(a: Point, b: Point): void
  complete?(): void
  interrupt?(): void
  cancel?(): void
}

/** What is shown while a gesture is under way. */
export type Hints = Readonly<{
  /** What is being drawn, and is no shape yet. */
  drawn: Figure | null
  /** What is left of strokes that are being rubbed, by stroke: shown in its place. */
  left: ReadonlyMap<ShapeId, readonly Figure[]>
  /** What is being caught in. */
  marquee: Box | null
  /** What a line's end would hold on to. */
  target: Figure | null
  guides: readonly Guide[]
}>

export const noHints: Hints = { drawn: null, left: new Map(), marquee: null, target: null, guides: [] }

/** What nodes may do to the editor. */
export interface ToolContext {
  readonly doc: BoardDoc
  readonly world: World
  readonly author: Author
  readonly selection: Selection
  readonly lift: Lift
  readonly letters: Letters
  readonly ink: Ink
  readonly camera: Camera
  readonly style: Style
  readonly canDraw: boolean
  readonly hasGrid: boolean
  /** The tool that this gesture acts as, whichever is chosen. */
  readonly acting: ToolName
  /** Makes another node current. */
  enter(path: StatePath, input: PointerInput): void
  /** Back to the idle state of the chosen tool. */
  settle(): void
  setCamera(camera: Camera): void
  toBoard(at: Point): Point
  setHints(hints: Partial<Hints>): void
  /** The pointer looks different now. */
  setLook(): void
  /** The topmost shape at this place of the board that is meant by a press, or null. */
  shapeAt(at: Point, input: Pick<PointerInput, 'kind'>): BoardShape | null
  /** The handle of what is chosen at this place of the board, or null. */
  handleAt(at: Point, input: Pick<PointerInput, 'kind'>): PlacedHandle | null
  /** Shapes within `distance` board px of the way from `a` to `b`, both on the board. */
  touched(a: Point, b: Point, distance: number): ShapeId[]
  /** Shows these as about to go. */
  setFaded(ids: ReadonlySet<ShapeId>): void
  /** Removes these in one action. */
  erase(ids: ReadonlySet<ShapeId>): void
  /** Writes one action. */
  act(changes: readonly BoardChange[]): boolean
  /** A new shape is there: it is chosen, and so is the tool to go on with. */
  made(id: ShapeId): void
  /** Lets this person write in a shape, or in a text that begins at a place. */
  edit(what: ShapeId | Point): void
}
