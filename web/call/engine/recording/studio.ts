/**
 * Makes one stream of a call: its pictures on a canvas, laid out as on the stage, and its sounds mixed.
 *
 * It goes on while the page is hidden: a worker keeps time, and where there is a generator of tracks (Chromium) every
 * picture is handed over by hand, because a canvas that nobody sees is not captured.
 */
import type { PictureName } from '#shared/call/shown.ts'
import { layoutStage } from '../../stage-layout.ts'
import { shownOf, type StageItem } from '../../stage-order.ts'
import type { Box, Size } from '../../tile-grid.ts'
import type { ShownPicture } from '../shown-sizes.ts'
import { tickEvery } from '../ticker.ts'
import { Mix } from './mix.ts'
import { paintMore, paintScene, paintTile, type Placed } from './picture.ts'
import type { Scene, Studio } from './world.ts'

export type StudioOptions = Readonly<{
  /** Logical processors, as the browser tells it. */
  coresCount: number
  /** What stands on a tile. */
  labelOf(item: StageItem): string
  moreLabel(count: number): string
  /** Senders learn how large their pictures are recorded: nobody else may look at them now (CA12). */
  tellShown(place: object, picture: ShownPicture, size: Size | null): void
}>

/** Logical processors from which a large picture leaves something for the call itself. */
const coresForLarge = 4
const large = { width: 1280, height: 720, framesPerSecond: 24 }
const small = { width: 960, height: 540, framesPerSecond: 15 }
/** Pixels around the tiles and between them. */
const margin = 16
const gap = 12

export function openStudio(options: StudioOptions): Studio {
  return new BrowserStudio(options)
}

class BrowserStudio implements Studio {
  readonly stream: MediaStream
  readonly #options: StudioOptions
  readonly #size: Size
  readonly #context: CanvasRenderingContext2D
  readonly #output: Output
  readonly #mix = new Mix()
  readonly #videos = new Map<MediaStream, HTMLVideoElement>()
  /** What the senders were told, by item. */
  readonly #places = new Map<string, Readonly<{ place: object; picture: ShownPicture }>>()
  readonly #stopTicking: () => void
  #scene: Scene | null = null

  constructor(options: StudioOptions) {
    const { width, height, framesPerSecond } = options.coresCount >= coresForLarge ? large : small
    const canvas = document.createElement('canvas')
    Object.assign(canvas, { width, height })
    const context = canvas.getContext('2d', { alpha: false })
    if (context === null) throw new Error('no canvas')
    this.#options = options
    this.#size = { width, height }
    this.#context = context
    this.#output = openOutput(canvas, framesPerSecond)
    this.stream = new MediaStream([this.#output.track, this.#mix.track])
    this.#stopTicking = tickEvery(1_000 / framesPerSecond, () => {
      this.#paint()
      this.#output.push()
    })
  }

  show(scene: Scene): void {
    this.#scene = scene
    this.#mix.set([...scene.voices, ...scene.ownSounds])
    const placed = this.#place(scene)
    this.#play(placed.flatMap(({ item }) => streamOf(item) ?? []))
    this.#tell(placed)
    this.#paint()
  }

  [Symbol.dispose](): void {
    this.#stopTicking()
    this.#play([])
    this.#tell([])
    this.#output[Symbol.dispose]()
    this.#mix[Symbol.dispose]()
  }

  #place({ order, speakerId }: Scene): readonly (Placed & Readonly<{ item: StageItem }>)[] {
    const { main, tiles } = this.#boxes(order)
    const shown = shownOf(order.others, tiles.length, speakerId)
    const all: readonly (readonly [StageItem | null | undefined, Box | null | undefined])[] = [
      [order.main, main],
      ...tiles.map((box, index) => [shown[index], box] as const),
    ]
    return all.flatMap(([item, box]) =>
      item == null || box == null ? [] : [{ item, box, label: this.#options.labelOf(item) }],
    )
  }

  #boxes({ main, others }: Scene['order']): ReturnType<typeof layoutStage> {
    const area = { width: this.#size.width - 2 * margin, height: this.#size.height - 2 * margin }
    const { main: mainBox, tiles, more } = layoutStage(main?.kind ?? null, others.length, area, gap)
    const move = (box: Box): Box => ({ ...box, start: box.start + margin, top: box.top + margin })
    return { main: mainBox && move(mainBox), tiles: tiles.map(move), more: more && move(more) }
  }

  #paint(): void {
    const scene = this.#scene
    if (scene === null) return
    const placed = this.#place(scene)
    paintScene(this.#context, this.#size)
    for (const tile of placed) {
      const stream = streamOf(tile.item)
      paintTile(this.#context, tile, stream === null ? null : (this.#videos.get(stream) ?? null))
    }
    const { more } = this.#boxes(scene.order)
    const hiddenCount = scene.order.others.length + (scene.order.main === null ? 0 : 1) - placed.length
    if (more !== null) paintMore(this.#context, more, this.#options.moreLabel(hiddenCount))
  }

  /** Exactly these are decoded from now on. */
  #play(streams: readonly MediaStream[]): void {
    for (const [stream, video] of this.#videos) {
      if (streams.includes(stream)) continue
      video.srcObject = null
      this.#videos.delete(stream)
    }
    for (const stream of streams) {
      if (this.#videos.has(stream)) continue
      const video = document.createElement('video')
      video.muted = true
      video.playsInline = true
      video.srcObject = stream
      this.#videos.set(stream, video)
      // Refused only when it is replaced or ends meanwhile: then there is nothing to see.
      void video.play().catch(() => undefined)
    }
  }

  #tell(placed: readonly (Placed & Readonly<{ item: StageItem }>)[]): void {
    const others = placed.filter(({ item }) => !item.participant.isSelf && streamOf(item) !== null)
    for (const [id, { place, picture }] of this.#places) {
      if (others.some(({ item }) => item.id === id)) continue
      this.#options.tellShown(place, picture, null)
      this.#places.delete(id)
    }
    for (const { item, box } of others) {
      const name: PictureName = item.kind === 'face' ? 'camera' : 'screen'
      const picture = { clientId: item.participant.clientId, name }
      const { place } = this.#places.get(item.id) ?? { place: {} }
      this.#places.set(item.id, { place, picture })
      this.#options.tellShown(place, picture, { width: box.width, height: box.height })
    }
  }
}

function streamOf({ kind, participant }: StageItem): MediaStream | null {
  return kind === 'face' ? participant.camera : participant.screen
}

type Output = Readonly<{
  track: MediaStreamTrack
  /** Hands the canvas over as it is now. */
  push(): void
  [Symbol.dispose](): void
}>

/** W3C MediaStreamTrack Insertable Media Processing, as Chromium has it: a track that is fed with frames. */
type Generator = MediaStreamTrack & Readonly<{ writable: WritableStream<VideoFrame> }>
type Generators = Readonly<{
  MediaStreamTrackGenerator?: new (options: Readonly<{ kind: 'video' }>) => Generator
}>

function openOutput(canvas: HTMLCanvasElement, framesPerSecond: number): Output {
  const { MediaStreamTrackGenerator } = globalThis as Generators
  if (MediaStreamTrackGenerator === undefined) return captured(canvas, framesPerSecond)
  const track = new MediaStreamTrackGenerator({ kind: 'video' })
  const writer = track.writable.getWriter()
  return {
    track,
    push: () => {
      // An encoder that is late gets fewer pictures, not older ones.
      if ((writer.desiredSize ?? 0) <= 0) return
      const frame = new VideoFrame(canvas, { timestamp: Math.round(performance.now() * 1_000) })
      // It fails only once the track has ended: then nobody waits for the picture.
      void writer.write(frame).catch(() => {
        frame.close()
      })
    },
    [Symbol.dispose]: () => {
      track.stop()
      void writer.close().catch(() => undefined)
    },
  }
}

function captured(canvas: HTMLCanvasElement, framesPerSecond: number): Output {
  const [track] = canvas.captureStream(framesPerSecond).getVideoTracks()
  if (track === undefined) throw new Error('no picture')
  return {
    track,
    push: () => undefined,
    [Symbol.dispose]: () => {
      track.stop()
    },
  }
}
