/** All states of all tools. Each is made anew when it is entered, so that none remembers an earlier gesture. */
import { boxDrawing } from './box-drawing.ts'
import { boxIdle } from './box-idle.ts'
import { eraserErasing } from './eraser-erasing.ts'
import { eraserIdle } from './eraser-idle.ts'
import { handIdle } from './hand-idle.ts'
import { handPanning } from './hand-panning.ts'
import { inkEraserRubbing } from './ink-eraser-rubbing.ts'
import { laserIdle } from './laser-idle.ts'
import { laserPointing } from './laser-pointing.ts'
import { lineDrawing } from './line-drawing.ts'
import { lineIdle } from './line-idle.ts'
import type { StatePath, ToolContext, ToolNode } from './node.ts'
import { penDrawing } from './pen-drawing.ts'
import { penIdle } from './pen-idle.ts'
import { pinch } from './pinch.ts'
import { selectBending } from './select-bending.ts'
import { selectCatching } from './select-catching.ts'
import { selectIdle } from './select-idle.ts'
import { selectMoving } from './select-moving.ts'
import { selectPressing } from './select-pressing.ts'
import { selectStretching } from './select-stretching.ts'
import { selectTurning } from './select-turning.ts'
import { textIdle } from './text-idle.ts'

export const toolTree: Readonly<Record<StatePath, (context: ToolContext) => ToolNode>> = {
  'select.idle': selectIdle,
  'select.pressing': selectPressing,
  'select.moving': selectMoving,
  'select.catching': selectCatching,
  'select.stretching': selectStretching,
  'select.turning': selectTurning,
  'select.bending': selectBending,
  'hand.idle': handIdle,
  'hand.panning': handPanning,
  'pen.idle': penIdle,
  'highlighter.idle': penIdle,
  'pen.drawing': penDrawing,
  'eraser.idle': eraserIdle,
  'eraser.erasing': eraserErasing,
  'ink-eraser.idle': eraserIdle,
  'ink-eraser.rubbing': inkEraserRubbing,
  'rectangle.idle': boxIdle,
  'ellipse.idle': boxIdle,
  'diamond.idle': boxIdle,
  'note.idle': boxIdle,
  'frame.idle': boxIdle,
  'box.drawing': boxDrawing,
  'line.idle': lineIdle,
  'arrow.idle': lineIdle,
  'line.drawing': lineDrawing,
  'text.idle': textIdle,
  'laser.idle': laserIdle,
  'laser.pointing': laserPointing,
  pinch,
}
