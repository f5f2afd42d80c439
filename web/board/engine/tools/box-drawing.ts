/** A shape from corner to corner. Shift makes its sides equal, Alt begins at its middle. A tap makes one of usual size. */
import { figureOf, type Figure } from '#shared/board/figure.ts'
import type { Point } from '#shared/board/geometry.ts'
import { orderBetween } from '#shared/board/order.ts'
import { boxPlace, placeFields, type Place } from '#shared/board/place.ts'
import type { ShapeId } from '#shared/board/shape.ts'
import { styleFields, type Style } from '#shared/board/style.ts'
import { creation } from '../arrange.ts'
import { toGrid } from '../snapping.ts'
import type { PointerInput, ToolContext, ToolName, ToolNode } from './node.ts'
import { isDrag } from './select-idle.ts'

/** px of what a tap makes. */
const usualSides: Partial<Record<ToolName, readonly [width: number, height: number]>> = {
  note: [200, 200],
  frame: [480, 320],
}

export function boxDrawing(context: ToolContext): ToolNode {
  const { doc, world, acting } = context
  const id = doc.newId(world.random())
  let pressed: PointerInput | null = null
  let from: Point = { x: 0, y: 0 }
  let figure: Figure | null = null
  const onGrid = (input: PointerInput): Point => {
    const at = context.toBoard(input)
    return context.hasGrid && !input.ctrl ? { x: toGrid(at.x), y: toGrid(at.y) } : at
  }
  const finish = (): void => {
    const [width, height] = usualSides[acting] ?? [160, 120]
    const made =
      figure ?? boxFigure(context, id, boxPlace(from.x - width / 2, from.y - height / 2, width, height))
    if (made !== null && context.act(creation(made))) {
      context.made(made.id)
      if (acting === 'note') context.edit(made.id)
    }
    context.settle()
  }
  return {
    look: 'crosshair',
    enter(input) {
      pressed = input
      from = onGrid(input)
    },
    pointerMove(inputs) {
      const input = inputs.at(-1)
      if (input === undefined || pressed === null || (figure === null && !isDrag(pressed, input))) return
      figure = boxFigure(context, id, spanned(from, onGrid(input), input, acting === 'note'))
      context.setHints({ drawn: figure })
    },
    complete: finish,
    interrupt: finish,
    cancel() {
      context.settle()
    },
    exit() {
      context.setHints({ drawn: null })
    },
  }
}

function boxFigure(context: ToolContext, id: ShapeId, place: Place): Figure | null {
  const { doc, world, acting } = context
  const z = acting === 'frame' ? bottomOrder(context) : orderBetween(doc.topOrder(), null, world.random())
  const row = { k: acting, z, ...styleFields(styleFor(context.style, acting)), t: placeFields(place) }
  return figureOf(id, row, {}, () => null)
}

/** A frame lies under what it holds. */
function bottomOrder({ doc, world }: ToolContext): string {
  return orderBetween(null, doc.pile()[0]?.order ?? null, world.random())
}

/** A note is written on paper of its ink; a frame is only a frame. */
function styleFor(style: Style, acting: ToolName): Style {
  const base: Style = { ...style, heads: 'none', align: 'centre' }
  if (acting === 'note') return { ...base, fill: 'solid', ink: style.ink === 0 ? 3 : style.ink, width: 2 }
  if (acting === 'frame') return { ...base, fill: 'none', ink: 1, width: 2, dash: 'solid', opacity: 100 }
  return base
}

function spanned(from: Point, to: Point, { shift, alt }: PointerInput, isSquare: boolean): Place {
  let [dx, dy] = [to.x - from.x, to.y - from.y]
  if (shift || isSquare) {
    const side = Math.max(Math.abs(dx), Math.abs(dy))
    dx = side * (dx < 0 ? -1 : 1)
    dy = side * (dy < 0 ? -1 : 1)
  }
  const [x, y] = alt
    ? [from.x - Math.abs(dx), from.y - Math.abs(dy)]
    : [Math.min(from.x, from.x + dx), Math.min(from.y, from.y + dy)]
  const factor = alt ? 2 : 1
  return boxPlace(x, y, factor * Math.abs(dx), factor * Math.abs(dy))
}
