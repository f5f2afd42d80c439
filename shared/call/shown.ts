/**
 * How large a participant shows the pictures of another, so that no more is sent than is seen.
 *
 * Rule CA12 of docs/PROTOCOL.md.
 */

/** In pixels of the screen. */
export type PictureSize = Readonly<{ width: number; height: number }>

export type PictureName = 'camera' | 'screen'

/** Null is not shown at all. Of what is not told, as much is sent as may be. */
export type Shown = Readonly<Partial<Record<PictureName, PictureSize | null>>>

/** No screen is larger. */
const sideMax = 16_384

/** A size as it may be told: whole pixels, within what a screen may have. */
export function tellableSize({ width, height }: PictureSize): PictureSize {
  const side = (length: number): number => Math.min(sideMax, Math.max(1, Math.ceil(length) || 1))
  return { width: side(width), height: side(height) }
}

/** Reads what a participant says it shows; null if that is nothing of the kind. */
export function readShown(value: unknown): Shown | null {
  if (typeof value !== 'object' || value === null) return null
  const camera = readPicture(value, 'camera')
  const screen = readPicture(value, 'screen')
  return camera === null || screen === null ? null : { ...camera, ...screen }
}

/** Null for what is neither absent, nor null, nor a size. */
function readPicture(value: object, name: PictureName): Shown | null {
  const size: unknown = (value as Readonly<Record<string, unknown>>)[name]
  if (size === undefined || size === null) return size === null ? { [name]: null } : {}
  if (typeof size !== 'object' || !('width' in size) || !('height' in size)) return null
  const { width, height } = size
  return isSide(width) && isSide(height) ? { [name]: { width, height } } : null
}

function isSide(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= sideMax
}
