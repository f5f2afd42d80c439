/** The ink eraser, rubbing: of strokes it takes only what it goes over, and of other shapes nothing. */
import { figureOf, type Figure } from '#shared/board/figure.ts'
import type { Point } from '#shared/board/geometry.ts'
import { outlineOf, reachOf } from '#shared/board/outline.ts'
import { packPoints, unpackPoints } from '#shared/board/points.ts'
import { rubbedOut } from '#shared/board/rub.ts'
import type { ShapeId } from '#shared/board/shape.ts'
import { styleFields } from '#shared/board/style.ts'
import { creation, removal } from '../arrange.ts'
import type { BoardShape } from '../board-doc.ts'
import { eraserRadius } from './eraser-erasing.ts'
import type { PointerInput, ToolContext, ToolNode } from './node.ts'

/** A piece of a stroke, and its points as they were before they were packed. */
type Piece = Readonly<{ figure: Figure; values: ArrayLike<number> }>
type Rubbed = Readonly<{ shape: BoardShape; pieces: readonly Piece[] }>

export function inkEraserRubbing(context: ToolContext): ToolNode {
  const { doc, world } = context
  const rubbed = new Map<ShapeId, Rubbed>()
  let last: PointerInput | null = null

  const show = (): void => {
    const left = [...rubbed].map(([id, { pieces }]) => [id, pieces.map(({ figure }) => figure)] as const)
    context.setHints({ left: new Map(left) })
  }

  /** Whether anything was reached. */
  const rubTo = (input: PointerInput): boolean => {
    let isReached = false
    const radius = eraserRadius / context.camera.zoom
    const [from, to] = [context.toBoard(last ?? input), context.toBoard(input)]
    last = input
    for (const id of context.touched(from, to, radius)) {
      const shape = doc.shape(id)
      if (shape === null || !('p' in shape.row)) continue
      const known = rubbed.get(id)
      // Somebody has changed it meanwhile: it is whole where it is now.
      const before = known?.shape === shape ? known.pieces : [wholeOf(shape)]
      const pieces = before.flatMap((piece) => piecesOf(shape, piece, from, to, radius))
      if (pieces.length === before.length && pieces.every((piece, i) => piece === before[i])) continue
      rubbed.set(id, { shape, pieces })
      isReached = true
    }
    return isReached
  }

  /** The same piece where it was not reached, or where what is left of it could not be written. */
  const piecesOf = (
    shape: BoardShape,
    piece: Piece,
    a: Point,
    b: Point,
    radius: number,
  ): readonly Piece[] => {
    const parts = rubbedOut(piece.values, a, b, radius + reachOf(shape))
    if (parts === null) return [piece]
    const pieces = parts.map((values) => pieceOf(shape, values))
    return pieces.every((each) => each !== null) ? pieces : [piece]
  }

  /** It takes the stroke's place in the pile and in groups. */
  const pieceOf = (shape: BoardShape, values: readonly number[]): Piece | null => {
    if (!('p' in shape.row)) return null
    const hasPressure = unpackPoints(shape.row.p)?.hasPressure === true
    const p = packPoints(values, hasPressure)
    const row = { k: shape.row.k, z: shape.order, ...styleFields(shape.style), p }
    const figure = figureOf(doc.newId(world.random()), row, { g: shape.groups }, () => null)
    return figure === null ? null : { figure, values }
  }

  const finish = (): void => {
    const changes = [...rubbed].flatMap(([id, { shape, pieces }]) =>
      doc.shape(id) === shape
        ? [...removal(doc, [id]), ...pieces.flatMap(({ figure }) => creation(figure))]
        : [],
    )
    context.act(changes)
    context.settle()
  }

  return {
    look: 'none',
    enter(input) {
      if (rubTo(input)) show()
    },
    pointerMove(inputs) {
      let isReached = false
      for (const input of inputs) if (rubTo(input)) isReached = true
      if (isReached) show()
    },
    complete: finish,
    interrupt: finish,
    cancel() {
      context.settle()
    },
    exit() {
      context.setHints({ left: new Map() })
    },
  }
}

function wholeOf(figure: BoardShape): Piece {
  return { figure, values: outlineOf(figure) }
}
