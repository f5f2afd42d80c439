/** The pen or the highlighter, drawing one stroke. Held still at its end, the stroke becomes straight. */
import { flatPressure } from '#shared/board/points.ts'
import type { Undo } from '../../../sync/ports.ts'
import type { InkPoint } from '../ink.ts'
import type { PointerInput, ToolContext, ToolNode } from './node.ts'

/** Viewport px: points nearer than this to the one before are not kept. */
const spacing = 0.75
/** Held within so many viewport px for so long, what was drawn is meant to be straight. */
const stillPx = 5
const stillMs = 650
/** Viewport px of a stroke that is worth making straight. */
const straightMin = 40
/** A highlighter is as broad as letters are high. */
const highlighterFactor = 4

export function penDrawing(context: ToolContext): ToolNode {
  const { ink, acting, style } = context
  let still: PointerInput | null = null
  let stopTimer: Undo | null = null
  const onBoard = (input: PointerInput): InkPoint => ({ ...context.toBoard(input), pressure: input.pressure })
  const waitStill = (input: PointerInput): void => {
    if (still !== null && Math.hypot(input.x - still.x, input.y - still.y) < stillPx) return
    still = input
    stopTimer?.()
    stopTimer = context.world.after(stillMs, () => {
      ink.straighten(straightMin / context.camera.zoom)
    })
  }
  const finish = (): void => {
    ink.commit()
    context.settle()
  }
  return {
    look: 'crosshair',
    enter(input) {
      const canFeel = input.kind === 'pen' && input.pressure > 0 && input.pressure !== flatPressure
      const isHighlighter = acting === 'highlighter'
      ink.begin(onBoard(input), {
        style: isHighlighter ? { ...style, width: Math.min(64, style.width * highlighterFactor) } : style,
        kind: isHighlighter ? 'highlight' : 'stroke',
        hasPressure: canFeel && !isHighlighter,
        spacing: spacing / context.camera.zoom,
      })
      waitStill(input)
    },
    pointerMove(inputs, predicted) {
      ink.extend(inputs.map(onBoard), predicted.map(onBoard))
      const last = inputs.at(-1)
      if (last !== undefined) waitStill(last)
    },
    complete: finish,
    interrupt: finish,
    cancel() {
      ink.drop()
      context.settle()
    },
    exit() {
      stopTimer?.()
    },
  }
}
