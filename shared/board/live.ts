/**
 * What travels beside the board's document: cursors, and strokes while they are being drawn.
 *
 *     frame  = version part{1…}               at most liveFrameSizeMax bytes
 *     part   = kind body                      in lib0's encoding
 *     cursor = x y                            varInts, in 1/16 px
 *     away   =                                the cursor left the board
 *     begin  = stroke ink width
 *     points = stroke from packed             `from`: how many points were sent before; `packed` as in points.ts
 *     commit = stroke id                      the document has it now, or soon, under this id
 *     drop   = stroke                         it will not come
 *
 * `stroke` is a number the sender chose; it means nothing to anyone else. Nothing here is stored. Who missed a part
 * drops the stroke and waits for the document. Rule W4 of docs/PROTOCOL.md. Pure; decoding never throws.
 */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { exhaustive } from '../assert.ts'
import { liveFrameSizeMax } from '../limits.ts'
import type { Point } from './geometry.ts'
import { coordinateMax, unpackPoints, type Points } from './points.ts'
import { isInkStyle, parseShapeKey, type InkStyle, type ShapeId } from './shape.ts'

export type LivePart =
  | Readonly<{ kind: 'cursor'; at: Point }>
  | Readonly<{ kind: 'away' }>
  | Readonly<{ kind: 'begin'; stroke: number; style: InkStyle }>
  | Readonly<{ kind: 'points'; stroke: number; from: number; packed: Uint8Array }>
  | Readonly<{ kind: 'commit'; stroke: number; id: ShapeId }>
  | Readonly<{ kind: 'drop'; stroke: number }>

/** A part as received: its points are unpacked and known to be sound. */
export type ReceivedPart =
  | Exclude<LivePart, { kind: 'points' }>
  | Readonly<{ kind: 'points'; stroke: number; from: number; points: Points }>

/** Points that fit one frame whatever the movement, beside a cursor and a stroke's begin and end. */
export const livePointsMax = 600

const version = 1
const unitsPerPx = 16
const kinds = { cursor: 0, away: 1, begin: 2, points: 3, commit: 4, drop: 5 } as const
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
      return
    case 'begin':
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
    case kinds.begin: {
      const stroke = readCount(decoder)
      const style = { ink: decoding.readVarUint(decoder), width: decoding.readVarUint(decoder) }
      return stroke !== null && isInkStyle(style.ink, style.width) ? { kind: 'begin', stroke, style } : null
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
    default:
      return null
  }
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
