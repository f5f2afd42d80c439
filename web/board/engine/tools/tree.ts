/** All states of all tools. Each is made anew when it is entered, so that none remembers an earlier gesture. */
import { eraserErasing } from './eraser-erasing.ts'
import { eraserIdle } from './eraser-idle.ts'
import { handIdle } from './hand-idle.ts'
import { handPanning } from './hand-panning.ts'
import type { StatePath, ToolContext, ToolNode } from './node.ts'
import { penDrawing } from './pen-drawing.ts'
import { penIdle } from './pen-idle.ts'
import { pinch } from './pinch.ts'

export const toolTree: Readonly<Record<StatePath, (context: ToolContext) => ToolNode>> = {
  'pen.idle': penIdle,
  'pen.drawing': penDrawing,
  'eraser.idle': eraserIdle,
  'eraser.erasing': eraserErasing,
  'hand.idle': handIdle,
  'hand.panning': handPanning,
  pinch,
}
