/**
 * A tool is a small tree of states; one node is current, gets the pointer, and says which comes next.
 *
 * A gesture ends in one of three ways: the pointer goes up (it is complete), something else takes the pointer away
 * (interrupt: what was done stays), or the person gives it up (cancel: as if it had never begun).
 */
import type { Point } from '#shared/board/geometry.ts'
import type { InkStyle, ShapeId } from '#shared/board/shape.ts'
import type { Camera } from '../camera.ts'
import type { Ink } from '../ink.ts'

export type ToolName = 'pen' | 'eraser' | 'hand'

export type StatePath =
  'pen.idle' | 'pen.drawing' | 'eraser.idle' | 'eraser.erasing' | 'hand.idle' | 'hand.panning' | 'pinch'

/** What the pointer looks like over the board. `none`: the board draws it. */
export type PointerLook = 'draw' | 'none' | 'grab' | 'grabbing'

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
  }>

export interface ToolNode {
  readonly look: PointerLook
  enter?(input: PointerInput): void
  exit?(): void
  pointerDown?(input: PointerInput): void
  /** All samples since the last call, oldest first, and where the pointer is expected next. */
  pointerMove?(inputs: readonly PointerInput[], predicted: readonly PointerInput[]): void
  /** Two fingers: where they are now. */
  pinch?(a: Point, b: Point): void
  complete?(): void
  interrupt?(): void
  cancel?(): void
}

/** What nodes may do to the editor. */
export interface ToolContext {
  readonly camera: Camera
  readonly style: InkStyle
  readonly canDraw: boolean
  readonly ink: Ink
  /** Makes another node current. */
  enter(path: StatePath, input: PointerInput): void
  /** Back to the idle state of the chosen tool. */
  settle(): void
  setCamera(camera: Camera): void
  /** Shapes within `distance` board px of the way from `a` to `b`, both on the board. */
  touched(a: Point, b: Point, distance: number): ShapeId[]
  /** Shows these as about to go. */
  setFaded(ids: ReadonlySet<ShapeId>): void
  /** Removes these in one action. */
  erase(ids: ReadonlySet<ShapeId>): void
}
