/**
 * The packed form of a stroke's points.
 *
 *     packed   = header count point{count}
 *     header   = one byte: version in the high four bits, in the lowest bit whether there is pressure
 *     count    = varUint, 1…strokePointsMax
 *     point    = zigzag(x) zigzag(y) [zigzag(pressure)]     each a varUint
 *
 * x and y are in 1/16 px and written as the change of their change, since a hand moves smoothly; pressure is in
 * 1/255 and written as its change. Steady drawing takes 2–3 bytes a point. Rule BO2 of docs/PROTOCOL.md: what comes out
 * is within 1/32 px of what went in, and garbage is refused, never thrown at.
 *
 * Unpacked, points are flat triples: x, y in board px, pressure 0…1.
 */
import { strokePointsMax } from '../limits.ts'

/** Numbers for each unpacked point: x, y, pressure. */
export const pointStride = 3
/** Farthest a point may lie from the origin, in px: 2^24 sixteenths, which a float32 still holds exactly. */
export const coordinateMax = 2 ** 20
/** The pressure of what cannot feel any: mouse and finger. */
export const flatPressure = 0.5

export type Points = Readonly<{
  /** Flat triples. */
  values: Float32Array
  /** False where pressure is only a placeholder, and is to be derived from speed. */
  hasPressure: boolean
}>

const version = 1
const unitsPerPx = 16
const pressureUnits = 255
const unitsMax = coordinateMax * unitsPerPx
/** A second difference is at most 4 · 2^24, zigzagged 2^27: four groups of seven bits; pressure takes two bytes. */
const pointSizeMax = 4 + 4 + 2
const headSizeMax = 1 + 3
/** Longest varUint accepted: 2^28 − 1. */
const varUintSizeMax = 4

/** Packs flat triples; coordinates beyond `coordinateMax` are moved to it. At least one point, at most `strokePointsMax`. */
export function packPoints(values: ArrayLike<number>, hasPressure: boolean): Uint8Array {
  const count = values.length / pointStride
  if (!Number.isInteger(count) || count < 1 || count > strokePointsMax) {
    throw new RangeError(`a stroke has 1 to ${String(strokePointsMax)} points`)
  }
  const bytes = new Uint8Array(headSizeMax + count * pointSizeMax)
  let at = 0
  const write = (value: number): void => {
    while (value > 127) {
      bytes[at++] = (value & 127) | 128
      value >>>= 7
    }
    bytes[at++] = value
  }
  bytes[at++] = (version << 4) | (hasPressure ? 1 : 0)
  write(count)
  let x = 0
  let y = 0
  let dx = 0
  let dy = 0
  let pressure = 0
  for (let i = 0; i < values.length; i += pointStride) {
    const nextX = toUnits(values[i])
    const nextY = toUnits(values[i + 1])
    write(zigzag(nextX - x - dx))
    write(zigzag(nextY - y - dy))
    dx = nextX - x
    dy = nextY - y
    x = nextX
    y = nextY
    if (hasPressure) {
      const next = Math.round(Math.min(1, Math.max(0, values[i + 2] ?? 0)) * pressureUnits)
      write(zigzag(next - pressure))
      pressure = next
    }
  }
  return bytes.slice(0, at)
}

/** The points, or null if the bytes are not a stroke's. Never throws, whatever the bytes. */
export function unpackPoints(bytes: Uint8Array): Points | null {
  const header = bytes[0]
  if (header === undefined || header >> 4 !== version || (header & 15) > 1) return null
  const hasPressure = (header & 1) === 1
  let at = 1
  /** The next varUint, or −1 if there is none. */
  const read = (): number => {
    let value = 0
    for (let group = 0; group < varUintSizeMax; group++) {
      const byte = bytes[at++]
      if (byte === undefined) return -1
      value |= (byte & 127) << (7 * group)
      if (byte < 128) return value
    }
    return -1
  }
  const count = read()
  // Checked before anything is allocated: each point takes at least a byte for each of its numbers.
  if (count < 1 || count > strokePointsMax || (bytes.length - at) / (hasPressure ? 3 : 2) < count) return null
  const values = new Float32Array(count * pointStride)
  let x = 0
  let y = 0
  let dx = 0
  let dy = 0
  let pressure = 0
  for (let i = 0; i < values.length; i += pointStride) {
    const ddx = read()
    const ddy = read()
    const dp = hasPressure ? read() : 0
    if (ddx < 0 || ddy < 0 || dp < 0) return null
    dx += unzigzag(ddx)
    dy += unzigzag(ddy)
    x += dx
    y += dy
    pressure += unzigzag(dp)
    if (Math.abs(x) > unitsMax || Math.abs(y) > unitsMax || pressure < 0 || pressure > pressureUnits)
      return null
    values[i] = x / unitsPerPx
    values[i + 1] = y / unitsPerPx
    values[i + 2] = hasPressure ? pressure / pressureUnits : flatPressure
  }
  return at === bytes.length ? { values, hasPressure } : null
}

function toUnits(px: number | undefined): number {
  const units = Math.round((px ?? 0) * unitsPerPx)
  return Math.max(-unitsMax, Math.min(unitsMax, units)) || 0
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}

function unzigzag(value: number): number {
  return value & 1 ? -(value + 1) / 2 : value / 2
}
