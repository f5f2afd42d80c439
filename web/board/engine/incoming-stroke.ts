/** A stroke of somebody else's while it is drawn: how it grows by what arrives of it. */
import type { ReceivedPart } from '#shared/board/live.ts'
import { pointStride } from '#shared/board/points.ts'
import type { InkKind, ShapeId } from '#shared/board/shape.ts'
import type { InkStyle } from '#shared/board/style.ts'
import { strokePointsMax } from '#shared/limits.ts'

/** A stroke of somebody else's that is not in the document yet. */
export type RemoteStroke = Readonly<{
  style: InkStyle
  kind: InkKind | 'laser'
  values: readonly number[]
  hasPressure: boolean
}>

export type IncomingStroke = {
  style: InkStyle
  kind: RemoteStroke['kind']
  values: number[]
  hasPressure: boolean
  committedId: ShapeId | null
  heardAtMs: number
}

/** Points that do not join what is there were lost on the way: the document will bring the stroke whole. */
export function takePoints(
  strokes: Map<number, IncomingStroke>,
  part: Extract<ReceivedPart, { kind: 'points' }>,
  heardAtMs: number,
): void {
  const stroke = strokes.get(part.stroke)
  if (stroke === undefined) return
  const { values, hasPressure } = part.points
  const total = part.from + values.length / pointStride
  if (stroke.values.length < part.from * pointStride || total > strokePointsMax) {
    strokes.delete(part.stroke)
    return
  }
  stroke.values.length = part.from * pointStride
  for (const value of values) stroke.values.push(value)
  stroke.hasPressure = hasPressure
  stroke.heardAtMs = heardAtMs
}
