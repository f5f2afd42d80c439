/**
 * What lies behind a person: how sure it is that a pixel is theirs, and a soft picture of all that is not. Pure.
 */

/** Sides of the picture that is softened: what is coarse already is soft for little work. */
export const backdropWidth = 160
export const backdropHeight = 90
/** In pixels of that picture, three times over, which is close to a Gaussian. */
const radius = 3
const passes = 3
/** Below the first a pixel is the backdrop's, above the second the person's. */
const doubtFrom = 0.35
const doubtTo = 0.7
/** How much of the last answer stays, so that an edge does not flicker. */
const inertia = 0.35

/** How sure it is that each pixel is the person's, from the network's newest answer; `before` becomes that. */
export function follow(before: Float32Array, answer: Float32Array): void {
  for (let index = 0; index < before.length; index++) {
    const doubt = ((answer[index] ?? 0) - doubtFrom) / (doubtTo - doubtFrom)
    const sure = Math.min(1, Math.max(0, doubt))
    const soft = sure * sure * (3 - 2 * sure)
    before[index] = (before[index] ?? 0) * inertia + soft * (1 - inertia)
  }
}

/**
 * Softens a picture in RGBA, in which `person` (0…1 for each pixel) counts for nothing: no rim in the colours of their
 * clothes stands around them. Where nothing but the person is near, the picture stays as it is.
 */
export function soften(pixels: Uint8ClampedArray, person: Float32Array, width: number, height: number): void {
  // Red, green, blue and weight of each pixel.
  const from = new Float32Array(width * height * 4)
  const to = new Float32Array(from.length)
  for (let pixel = 0; pixel < person.length; pixel++) {
    const weight = Math.max(0, 1 - (person[pixel] ?? 0))
    for (let channel = 0; channel < 3; channel++)
      from[pixel * 4 + channel] = (pixels[pixel * 4 + channel] ?? 0) * weight
    from[pixel * 4 + 3] = weight
  }
  for (let pass = 0; pass < passes; pass++) {
    sweep(from, to, { count: height, step: width * 4 }, { count: width, step: 4 })
    sweep(to, from, { count: width, step: 4 }, { count: height, step: width * 4 })
  }
  for (let at = 0; at < from.length; at += 4) {
    const weight = from[at + 3] ?? 0
    if (weight < 1e-3) continue
    for (let channel = 0; channel < 3; channel++) pixels[at + channel] = (from[at + channel] ?? 0) / weight
  }
}

type Way = Readonly<{ count: number; step: number }>

/** The mean of each pixel and its neighbours along a line, for all lines; beyond its ends a line goes on as it ends. */
function sweep(from: Float32Array, to: Float32Array, lines: Way, line: Way): void {
  const last = (line.count - 1) * line.step
  for (let index = 0; index < lines.count; index++)
    for (let channel = 0; channel < 4; channel++) {
      const start = index * lines.step + channel
      const value = (place: number): number =>
        from[start + Math.min(last, Math.max(0, place * line.step))] ?? 0
      let sum = 0
      for (let place = -radius; place <= radius; place++) sum += value(place)
      for (let place = 0; place < line.count; place++) {
        to[start + place * line.step] = sum / (2 * radius + 1)
        sum += value(place + radius + 1) - value(place - radius)
      }
    }
}

/** Where a picture stands, whole and as large as may be, in the middle of another. */
export function within(
  picture: Readonly<{ width: number; height: number }>,
  frame: Readonly<{ width: number; height: number }>,
): Readonly<{ left: number; top: number; width: number; height: number }> {
  const scale = Math.min(frame.width / picture.width, frame.height / picture.height)
  const width = Math.max(1, Math.round(picture.width * scale))
  const height = Math.max(1, Math.round(picture.height * scale))
  return {
    left: Math.floor((frame.width - width) / 2),
    top: Math.floor((frame.height - height) / 2),
    width,
    height,
  }
}
