/** A line or an arrow from where it was pressed. Shift keeps to steps of 15 degrees, Ctrl holds on to nothing. */
import { figureOf, type Figure } from '#shared/board/figure.ts'
import type { Point } from '#shared/board/geometry.ts'
import { orderBetween } from '#shared/board/order.ts'
import { endsFields, type Binding } from '#shared/board/place.ts'
import type { ShapeId } from '#shared/board/shape.ts'
import { styleFields } from '#shared/board/style.ts'
import { creation } from '../arrange.ts'
import { bindingAt } from './binding.ts'
import type { PointerInput, ToolContext, ToolNode } from './node.ts'
import { isDrag } from './select-idle.ts'

const turnStep = Math.PI / 12

export function lineDrawing(context: ToolContext): ToolNode {
  const { doc, world } = context
  const id = doc.newId(world.random())
  let pressed: PointerInput | null = null
  let start: Point = { x: 0, y: 0 }
  let startsAt: Binding | null = null
  let figure: Figure | null = null
  const finish = (): void => {
    if (figure !== null && context.act(creation(figure))) context.made(figure.id)
    context.settle()
  }
  const follow = (input: PointerInput): void => {
    if (pressed === null || (figure === null && !isDrag(pressed, input))) return
    const at = context.toBoard(input)
    const bound = input.ctrl ? null : bindingAt(context, at, null)
    const end = input.shift && bound === null ? towards(start, at) : at
    figure = lineFigure(context, id, { start, end, bend: 0, startsAt, endsAt: bound?.binding ?? null })
    context.setHints({ drawn: figure, target: bound?.figure ?? null })
  }
  return {
    look: 'crosshair',
    enter(input) {
      pressed = input
      start = context.toBoard(input)
      startsAt = input.ctrl ? null : (bindingAt(context, start, null)?.binding ?? null)
    },
    pointerMove(inputs) {
      const input = inputs.at(-1)
      if (input !== undefined) follow(input)
    },
    complete: finish,
    interrupt: finish,
    cancel() {
      context.settle()
    },
    exit() {
      context.setHints({ drawn: null, target: null })
    },
  }
}

function lineFigure(
  context: ToolContext,
  id: ShapeId,
  ends: Parameters<typeof endsFields>[0],
): Figure | null {
  const { doc, style, world, acting } = context
  const heads =
    acting === 'arrow' && style.heads === 'none' ? 'end' : acting === 'line' ? 'none' : style.heads
  const z = orderBetween(doc.topOrder(), null, world.random())
  const row = { k: acting, z, ...styleFields({ ...style, heads, fill: 'none' }), t: endsFields(ends) }
  return figureOf(id, row, {}, doc.figureAt)
}

/** The place as far away as `at`, in the nearest of 24 directions. */
export function towards(from: Point, at: Point): Point {
  const angle = Math.round(Math.atan2(at.y - from.y, at.x - from.x) / turnStep) * turnStep
  const length = Math.hypot(at.x - from.x, at.y - from.y)
  return { x: from.x + length * Math.cos(angle), y: from.y + length * Math.sin(angle) }
}
