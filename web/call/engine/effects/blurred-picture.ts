/**
 * A camera's picture with its backdrop blurred: who is a person is asked of the network, the rest is drawing.
 *
 * Invariant: however slow the machine, the network has at most a third of one core. Pictures between two answers are
 * drawn with the last one.
 */
import { backdropHeight, backdropWidth, follow, soften, within } from './backdrop.ts'
import { readModel } from './model.ts'
import { Network } from './network.ts'

/** It is asked no more often than this … */
const askEveryMs = 60
/** … and rests for this many times as long as it took. */
const restFactor = 2

type Canvas = Readonly<{ canvas: OffscreenCanvas; context: OffscreenCanvasRenderingContext2D }>

export class BlurredPicture {
  readonly #network: Network
  readonly #person: Float32Array
  readonly #seen: Canvas
  readonly #mask: Canvas
  readonly #backdrop: Canvas
  readonly #small: Canvas
  readonly #whole: Canvas
  #askAtMs = -Infinity

  constructor(model: ArrayBuffer) {
    this.#network = new Network(readModel(model))
    const { width, height } = this.#network.input
    this.#person = new Float32Array(width * height)
    this.#seen = newCanvas(width, height)
    this.#mask = newCanvas(width, height)
    this.#backdrop = newCanvas(backdropWidth, backdropHeight)
    this.#small = newCanvas(backdropWidth, backdropHeight)
    this.#whole = newCanvas(1, 1)
  }

  /** Until the next one is painted. */
  paint(frame: VideoFrame, nowMs: () => number): OffscreenCanvas {
    const { displayWidth: width, displayHeight: height } = frame
    const { canvas, context } = this.#whole
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width
      canvas.height = height
    }
    const startedAtMs = nowMs()
    if (startedAtMs >= this.#askAtMs) {
      this.#ask(frame, { width, height })
      const tookMs = nowMs() - startedAtMs
      this.#askAtMs = startedAtMs + Math.max(askEveryMs, tookMs * (1 + restFactor))
    }
    const place = within({ width, height }, this.#mask.canvas)
    context.globalCompositeOperation = 'copy'
    context.drawImage(
      this.#mask.canvas,
      ...[place.left, place.top, place.width, place.height],
      ...[0, 0, width, height],
    )
    context.globalCompositeOperation = 'source-in'
    context.drawImage(frame, 0, 0, width, height)
    context.globalCompositeOperation = 'destination-over'
    context.drawImage(this.#backdrop.canvas, 0, 0, width, height)
    return canvas
  }

  #ask(frame: VideoFrame, size: Readonly<{ width: number; height: number }>): void {
    const { canvas, context } = this.#seen
    const place = within(size, canvas)
    context.clearRect(0, 0, canvas.width, canvas.height)
    context.drawImage(frame, place.left, place.top, place.width, place.height)
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
    const { values } = this.#network.input
    for (let pixel = 0, at = 0; at < values.length; pixel += 4, at += 3)
      for (let channel = 0; channel < 3; channel++) values[at + channel] = (data[pixel + channel] ?? 0) / 255
    this.#network.run()
    follow(this.#person, this.#network.output.values)
    this.#drawMask()
    this.#drawBackdrop(frame, place)
  }

  #drawMask(): void {
    const { canvas, context } = this.#mask
    const image = context.createImageData(canvas.width, canvas.height)
    this.#person.forEach((sure, pixel) => (image.data[pixel * 4 + 3] = sure * 255))
    context.putImageData(image, 0, 0)
  }

  #drawBackdrop(frame: VideoFrame, place: ReturnType<typeof within>): void {
    const area = [0, 0, backdropWidth, backdropHeight] as const
    const { context: small } = this.#small
    small.clearRect(...area)
    small.drawImage(this.#mask.canvas, place.left, place.top, place.width, place.height, ...area)
    const mask = small.getImageData(...area).data
    const person = Float32Array.from(
      { length: mask.length / 4 },
      (_, pixel) => (mask[pixel * 4 + 3] ?? 0) / 255,
    )
    const { context } = this.#backdrop
    context.drawImage(frame, ...area)
    const image = context.getImageData(...area)
    soften(image.data, person, backdropWidth, backdropHeight)
    context.putImageData(image, 0, 0)
  }
}

function newCanvas(width: number, height: number): Canvas {
  const canvas = new OffscreenCanvas(width, height)
  // The small ones are read as often as they are drawn.
  const context = canvas.getContext('2d', { willReadFrequently: width > 1 })
  if (context === null) throw new Error('no canvas to draw on')
  return { canvas, context }
}
