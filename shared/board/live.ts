/**
 * What travels beside the board's document: cursors, what is being drawn, and what is being moved.
 *
 *     frame  = version part{1…}               at most liveFrameSizeMax bytes
 *     part   = kind body                      in lib0's encoding
 *     cursor = x y                            varInts, in 1/16 px
 *     away   =                                the cursor left the board
 *     begin  = stroke ink width               `mark` is the same for a highlighter, `laser` for what only points
 *     points = stroke from packed             `from`: how many points were sent before; `packed` as in points.ts
 *     commit = stroke id                      the document has it now, or soon, under this id
 *     drop   = stroke                         it will not come
 *     draw   = id row                         this shape is being drawn, and looks like that by now; a JSON text
 *     drawn  =                                it is in the document now, or soon
 *     undrawn =                               it will not come
 *     lift   = count id{count}                these shapes are being moved; none: they are where the document says
 *     shift  = float32{6}                     by this matrix, from where the document has them
 *     brought = hash                          the server has the bytes of this picture now (BO8)
 *     view   = minX minY maxX maxY            what of the board its sender looks at, in 1/16 px
 *     look   =                                its sender wants to be told what the others look at
 *
 * `stroke` is a number the sender chose; it means nothing to anyone else. Nothing here is stored. Who missed a part
 * drops the stroke and waits for the document. Rule W4 of docs/PROTOCOL.md. Pure; decoding never throws.
 */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { exhaustive } from '../assert.ts'
import { isFileHash, type FileHash } from '../files/file.ts'
import { liveFrameSizeMax } from '../limits.ts'
import type { Box, Point } from './geometry.ts'
import { coordinateMax, unpackPoints, type Points } from './points.ts'
import type { Matrix } from './place.ts'
import { isShapeRow, parseShapeKey, type BoxRow, type LineRow, type ShapeId } from './shape.ts'
import { isInkStyle, type InkStyle } from './style.ts'

/** What a stroke will be. */
export type StrokeBegin = 'begin' | 'mark' | 'laser'

/** What is drawn from corner to corner, or from end to end. */
export type DrawnRow = BoxRow | LineRow

export type LivePart =
  | Readonly<{ kind: 'cursor'; at: Point }>
  | Readonly<{ kind: 'away' }>
  | Readonly<{ kind: StrokeBegin; stroke: number; style: InkStyle }>
  | Readonly<{ kind: 'points'; stroke: number; from: number; packed: Uint8Array }>
  | Readonly<{ kind: 'commit'; stroke: number; id: ShapeId }>
  | Readonly<{ kind: 'drop'; stroke: number }>
  | Readonly<{ kind: 'draw'; id: ShapeId; row: DrawnRow }>
  | Readonly<{ kind: 'drawn' }>
  | Readonly<{ kind: 'undrawn' }>
  | Readonly<{ kind: 'lift'; ids: readonly ShapeId[] }>
  | Readonly<{ kind: 'shift'; matrix: Matrix }>
  | Readonly<{ kind: 'brought'; hash: FileHash }>
  | Readonly<{ kind: 'view'; box: Box }>
  | Readonly<{ kind: 'look' }>

/** A part as received: its points are unpacked and known to be sound. */
export type ReceivedPart =
  | Exclude<LivePart, { kind: 'points' }>
  | Readonly<{ kind: 'points'; stroke: number; from: number; points: Points }>

/** Points that fit one frame whatever the movement, beside a cursor and a stroke's begin and end. */
export const livePointsMax = 600

const version = 1
const unitsPerPx = 16
const kinds = {
  cursor: 0,
  away: 1,
  begin: 2,
  points: 3,
  commit: 4,
  drop: 5,
  mark: 6,
  laser: 7,
  lift: 8,
  shift: 9,
  brought: 10,
  view: 11,
  look: 12,
  draw: 13,
  drawn: 14,
  undrawn: 15,
} as const
/** Shapes that are shown while they are moved: more fit no frame, and are seen when they are put down. */
export const liftedShapesMax = 150
/** Largest number of a stroke, and of points sent before. */
const countMax = 2 ** 31 - 1

export function encodeLive(parts: readonly LivePart[]): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeUint8(encoder, version)
    for (const part of parts) writePart(encoder, part)
  })
}

/** The parts, or null if the bytes are no frame. */
export function decodeLive(frame: Uint8Array): ReceivedPart[] | null {
  if (frame.length > liveFrameSizeMax || frame[0] !== version) return null
  try {
    const decoder = decoding.createDecoder(frame)
    decoder.pos = 1
    const parts: ReceivedPart[] = []
    while (decoding.hasContent(decoder)) {
      const part = readPart(decoder)
      if (part === null) return null
      parts.push(part)
    }
    return parts.length > 0 ? parts : null
  } catch {
    return null
  }
}

function writePart(encoder: encoding.Encoder, part: LivePart): void {
  encoding.writeUint8(encoder, kinds[part.kind])
  switch (part.kind) {
    case 'cursor':
      encoding.writeVarInt(encoder, Math.round(part.at.x * unitsPerPx))
      encoding.writeVarInt(encoder, Math.round(part.at.y * unitsPerPx))
      return
    case 'away':
    case 'look':
    case 'drawn':
    case 'undrawn':
      return
    case 'draw':
      encoding.writeVarString(encoder, part.id)
      encoding.writeVarString(encoder, JSON.stringify(part.row))
      return
    case 'begin':
    case 'mark':
    case 'laser':
      encoding.writeVarUint(encoder, part.stroke)
      encoding.writeVarUint(encoder, part.style.ink)
      encoding.writeVarUint(encoder, part.style.width)
      return
    case 'points':
      encoding.writeVarUint(encoder, part.stroke)
      encoding.writeVarUint(encoder, part.from)
      encoding.writeVarUint8Array(encoder, part.packed)
      return
    case 'commit':
      encoding.writeVarUint(encoder, part.stroke)
      encoding.writeVarString(encoder, part.id)
      return
    case 'drop':
      encoding.writeVarUint(encoder, part.stroke)
      return
    case 'lift':
      encoding.writeVarUint(encoder, part.ids.length)
      for (const id of part.ids) encoding.writeVarString(encoder, id)
      return
    case 'shift':
      for (const number of part.matrix) encoding.writeFloat32(encoder, number)
      return
    case 'brought':
      encoding.writeVarString(encoder, part.hash)
      return
    case 'view': {
      const { minX, minY, maxX, maxY } = part.box
      for (const px of [minX, minY, maxX, maxY]) encoding.writeVarInt(encoder, Math.round(px * unitsPerPx))
      return
    }
    default:
      exhaustive(part)
  }
}

function readPart(decoder: decoding.Decoder): ReceivedPart | null {
  switch (decoding.readUint8(decoder)) {
    case kinds.cursor: {
      const at = { x: readCoordinate(decoder), y: readCoordinate(decoder) }
      return Number.isFinite(at.x + at.y) ? { kind: 'cursor', at } : null
    }
    case kinds.away:
      return { kind: 'away' }
    case kinds.look:
      return { kind: 'look' }
    case kinds.draw:
      return readDraw(decoder)
    case kinds.drawn:
      return { kind: 'drawn' }
    case kinds.undrawn:
      return { kind: 'undrawn' }
    case kinds.begin:
      return readBegin(decoder, 'begin')
    case kinds.mark:
      return readBegin(decoder, 'mark')
    case kinds.laser:
      return readBegin(decoder, 'laser')
    case kinds.lift:
      return readLift(decoder)
    case kinds.shift: {
      const [a, b, c, d, e, f] = [0, 0, 0, 0, 0, 0].map(() => decoding.readFloat32(decoder)) as [
        number,
        number,
        number,
        number,
        number,
        number,
      ]
      const isFinite = [a, b, c, d, e, f].every((number) => Math.abs(number) <= coordinateMax)
      return isFinite ? { kind: 'shift', matrix: [a, b, c, d, e, f] } : null
    }
    case kinds.points: {
      const stroke = readCount(decoder)
      const from = readCount(decoder)
      const points = unpackPoints(decoding.readVarUint8Array(decoder))
      return stroke !== null && from !== null && points !== null
        ? { kind: 'points', stroke, from, points }
        : null
    }
    case kinds.commit: {
      const stroke = readCount(decoder)
      const key = parseShapeKey(decoding.readVarString(decoder))
      return stroke !== null && key?.register === null ? { kind: 'commit', stroke, id: key.id } : null
    }
    case kinds.drop: {
      const stroke = readCount(decoder)
      return stroke === null ? null : { kind: 'drop', stroke }
    }
    case kinds.brought: {
      const hash = decoding.readVarString(decoder)
      return isFileHash(hash) ? { kind: 'brought', hash } : null
    }
    case kinds.view: {
      const [minX, minY] = [readCoordinate(decoder), readCoordinate(decoder)]
      const [maxX, maxY] = [readCoordinate(decoder), readCoordinate(decoder)]
      return maxX > minX && maxY > minY ? { kind: 'view', box: { minX, minY, maxX, maxY } } : null
    }
    default:
      return null
  }
}

function readBegin(decoder: decoding.Decoder, kind: StrokeBegin): ReceivedPart | null {
  const stroke = readCount(decoder)
  const style = { ink: decoding.readVarUint(decoder), width: decoding.readVarUint(decoder) }
  return stroke !== null && isInkStyle(style.ink, style.width) ? { kind, stroke, style } : null
}

function readDraw(decoder: decoding.Decoder): ReceivedPart | null {
  const key = parseShapeKey(decoding.readVarString(decoder))
  const row: unknown = JSON.parse(decoding.readVarString(decoder))
  if (key?.register !== null || !isShapeRow(row) || 'p' in row || row.k === 'image') return null
  return { kind: 'draw', id: key.id, row }
}

function readLift(decoder: decoding.Decoder): ReceivedPart | null {
  const count = decoding.readVarUint(decoder)
  if (count > liftedShapesMax) return null
  const ids: ShapeId[] = []
  for (let left = count; left > 0; left--) {
    const key = parseShapeKey(decoding.readVarString(decoder))
    if (key?.register !== null) return null
    ids.push(key.id)
  }
  return { kind: 'lift', ids }
}

function readCount(decoder: decoding.Decoder): number | null {
  const value = decoding.readVarUint(decoder)
  return value <= countMax ? value : null
}

/** In px; NaN if it is farther out than anything can be. */
function readCoordinate(decoder: decoding.Decoder): number {
  const px = decoding.readVarInt(decoder) / unitsPerPx
  return Math.abs(px) <= coordinateMax ? px : NaN
}
