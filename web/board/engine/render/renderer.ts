/**
 * Puts the board on the page: three canvases over each other, of which each frame paints only those that are stale.
 *
 * Invariant: nothing is painted outside a frame, and a board that is not in view paints nothing.
 */
import type { Undo } from '../../../sync/ports.ts'
import type { BoardDoc } from '../board-doc.ts'
import type { BoardPictures } from '../board-pictures.ts'
import type { Editor } from '../editor.ts'
import type { LiveChannel } from '../live-channel.ts'
import { cursorLifeMs } from '../live-peer.ts'
import { eraserRadius } from '../tools/eraser-erasing.ts'
import type { World } from '../world.ts'
import type { Figure } from '#shared/board/figure.ts'
import { isOverlapping } from '#shared/board/geometry.ts'
import type { ShapeId } from '#shared/board/shape.ts'
import { liftedFigures } from '../lift.ts'
import { viewBox } from '../camera.ts'
import { gridStep } from '../snapping.ts'
import { Painter, type Absent, type LooseInk, type NamedCursor, type View } from './painter.ts'
import type { PictureMark } from './picture-painter.ts'
import { Tiles, type TileCanvas } from './tiles.ts'
import { readTheme, type Theme } from './theme.ts'

type LayerName = 'shapes' | 'ink' | 'overlay'

type Layer = Readonly<{ canvas: HTMLCanvasElement; surface: CanvasRenderingContext2D }>

type Parts = Readonly<{
  host: HTMLElement
  editor: Editor
  doc: BoardDoc
  live: LiveChannel
  pictures: BoardPictures
  world: World
  /** Who draws as this peer. */
  who: (clientId: number) => Readonly<{ name: string; colour: string }> | null
}>

const layerNames = ['shapes', 'ink', 'overlay'] as const satisfies readonly LayerName[]
/** A cursor fades over the last part of its life. */
const fadeMs = 2_000
const pixelRatioMax = 3
/** Up to so many shapes a board is painted whole in each frame. */
const untiledMax = 150

export class Renderer {
  readonly #parts: Parts
  readonly #layers: Readonly<Record<LayerName, Layer>>
  readonly #painter: Painter
  readonly #tiles: Tiles
  readonly #stale = new Set<LayerName>()
  readonly #undos: Undo[] = []
  #theme: Theme
  #cancelFrame: Undo | null = null

  constructor(parts: Parts) {
    this.#parts = parts
    const { host, editor, doc, live, pictures } = parts
    this.#theme = readTheme(host)
    this.#painter = new Painter(
      () => new Path2D(),
      editor.letters,
      (hash) => pictures.unpacked.lookOf(hash),
    )
    this.#tiles = new Tiles({
      board: doc,
      newCanvas: newTile,
      paint: (surface, view, absent) => {
        this.#painter.paintShapes(surface, view, doc, absent, this.#theme)
      },
      paintOver: (surface, view, shape) => {
        this.#painter.paintOver(surface, view, shape, this.#theme)
      },
      nowMs: parts.world.nowMs,
    })
    this.#layers = { shapes: addLayer(host), ink: addLayer(host), overlay: addLayer(host) }
    this.#undos.push(
      () => {
        this.#tiles.clear()
        for (const name of layerNames) this.#layers[name].canvas.remove()
      },
      doc.onChange((change) => {
        this.#tiles.change(change)
        this.#soon('shapes', 'ink', 'overlay')
      }),
      live.onChange((what) => {
        if (what === 'lifts') this.#soon('shapes', 'ink')
        else this.#soon(what === 'ink' ? 'ink' : 'overlay')
      }),
      pictures.unpacked.onChange((hash) => {
        for (const shape of pictures.shapesOf(hash)) this.#tiles.stale(shape)
        this.#soon('shapes', 'ink')
      }),
      pictures.onChange(() => {
        this.#soon('overlay')
      }),
      editor.onStale((stale) => {
        if (stale === 'camera') this.#soon(...layerNames)
        else this.#soon(stale)
      }),
      this.#watchSize(),
      this.#watchTheme(),
    )
  }

  [Symbol.dispose](): void {
    this.#cancelFrame?.()
    for (const undo of this.#undos.splice(0)) undo()
  }

  #watchSize(): Undo {
    const { host, editor } = this.#parts
    const measure = (): void => {
      editor.view.setSize({ width: host.clientWidth, height: host.clientHeight })
      // What was hidden may stand in another theme now.
      this.#takeTheme()
      this.#soon(...layerNames)
    }
    const observer = new ResizeObserver(measure)
    observer.observe(host)
    measure()
    return () => {
      observer.disconnect()
    }
  }

  #watchTheme(): Undo {
    const isDark = matchMedia('(prefers-color-scheme: dark)')
    const read = (): void => {
      this.#takeTheme()
      this.#soon(...layerNames)
    }
    isDark.addEventListener('change', read)
    return () => {
      isDark.removeEventListener('change', read)
    }
  }

  #takeTheme(): void {
    const theme = readTheme(this.#parts.host)
    if (JSON.stringify(theme) === JSON.stringify(this.#theme)) return
    this.#theme = theme
    this.#tiles.clear()
  }

  #soon(...names: readonly LayerName[]): void {
    for (const name of names) this.#stale.add(name)
    this.#cancelFrame ??= this.#parts.world.onFrame(() => {
      this.#cancelFrame = null
      this.#paint()
    })
  }

  #paint(): void {
    const { editor, doc, live, host } = this.#parts
    const { camera, size } = editor.view
    const stale = new Set(this.#stale)
    this.#stale.clear()
    if (host.clientWidth === 0 || size.width === 0) return
    const view = sharpView({ camera, size, pixelRatio: Math.min(pixelRatioMax, devicePixelRatio) })
    const lifted = stale.has('shapes') || stale.has('ink') ? this.#lifted() : new Map<ShapeId, Figure>()
    if (stale.has('shapes')) {
      this.#placeGrid(view)
      this.#wantPictures(view, lifted)
      const absent: Absent = {
        lifted: new Map<ShapeId, unknown>([...lifted, ...editor.hints.left]),
        faded: editor.faded,
        writingIn: editor.typing.id,
      }
      const surface = this.#fitted('shapes', view)
      if (doc.count <= untiledMax) this.#painter.paintShapes(surface, view, doc, absent, this.#theme)
      else if (this.#tiles.show(surface, view, absent)) this.#soon('shapes')
    }
    if (stale.has('ink')) {
      const { drawn, left } = editor.hints
      const rubbed = [...left.values()].flat()
      const figures = [...lifted.values(), ...rubbed, ...live.drawn(), ...(drawn === null ? [] : [drawn])]
      this.#painter.paintLoose(this.#fitted('ink', view), view, figures, this.#looseInk(), this.#theme)
    }
    if (stale.has('overlay')) this.#paintOverlay(view)
  }

  #paintOverlay(view: View): void {
    const { editor } = this.#parts
    const { look, hints, selection, lift } = editor
    const at = look === 'none' ? editor.pointer : null
    const eraser = at === null ? null : { at, radius: eraserRadius }
    const cursors = this.#cursors()
    const isWriting = editor.typing.id !== null
    const shown = isWriting ? [] : selection.shapes.map(({ id, ...shape }) => lift.figures.get(id) ?? shape)
    const frame = isWriting || shown.length < 2 ? null : selection.frame(lift.figures)
    const overlay = {
      chosen: shown.flatMap(({ place, line }) => (line === null ? [place] : [])),
      frame,
      handles: isWriting || lift.figures.size > 0 ? [] : editor.handles(),
      marquee: hints.marquee,
      target: hints.target?.place ?? null,
      guides: hints.guides,
      marks: this.#marks(),
      cursors,
      eraser,
    }
    this.#painter.paintOverlay(this.#fitted('overlay', view), view, overlay, this.#theme)
    this.#parts.host.style.cursor = look
    // A cursor on its way out goes on fading.
    if (cursors.some(({ opacity }) => opacity < 1)) this.#soon('overlay')
  }

  /** Whatever is in sight, or on its way there in somebody's hand. */
  #wantPictures({ camera, size, pixelRatio }: View, lifted: ReadonlyMap<ShapeId, Figure>): void {
    const box = viewBox(camera, size)
    const scale = camera.zoom * pixelRatio
    const wanted = [...this.#parts.pictures.all()].flatMap((shape) => {
      const held = lifted.get(shape.id)
      if (held === undefined && !isOverlapping(shape, box)) return []
      const { width, height } = (held ?? shape).place
      return { row: shape.row, width: width * scale, height: height * scale }
    })
    this.#parts.pictures.unpacked.want(wanted)
  }

  #marks(): PictureMark[] {
    const { pictures, editor } = this.#parts
    return [...pictures.bringing].flatMap(([hash, bringing]) =>
      pictures
        .shapesOf(hash)
        .map(({ id, place }) => ({ place: editor.lift.figures.get(id)?.place ?? place, bringing })),
    )
  }

  /** What anybody has in their hand, bottom to top: own last. */
  #lifted(): ReadonlyMap<ShapeId, Figure> {
    const { editor, doc, live } = this.#parts
    const lifted = new Map<ShapeId, Figure>()
    for (const { ids, matrix } of live.lifts())
      for (const [id, figure] of liftedFigures(doc, ids, matrix, editor.letters)) lifted.set(id, figure)
    for (const [id, figure] of editor.lift.figures) lifted.set(id, figure)
    doc.pile()
    const rank = (id: ShapeId): number => doc.shape(id)?.rank ?? 0
    return new Map([...lifted].sort(([a], [b]) => rank(a) - rank(b)))
  }

  #looseInk(): readonly LooseInk[] {
    const own = this.#parts.editor.ink.running
    const others = this.#parts.live.strokes()
    if (own === null) return others
    return [...others, own]
  }

  #cursors(): NamedCursor[] {
    return this.#parts.live.cursors().flatMap(({ clientId, at, idleMs }) => {
      const who = this.#parts.who(clientId)
      const opacity = Math.min(1, Math.max(0, (cursorLifeMs - idleMs) / fadeMs))
      return who === null ? [] : [{ at, opacity, ...who }]
    })
  }

  /** The dots lie in the host's own background: moving it costs no painting. */
  #placeGrid({ camera }: View): void {
    // Far out, only every fourth dot: they would be a grey haze.
    const step = gridStep * camera.zoom * (camera.zoom < 0.5 ? 4 : 1)
    const { style } = this.#parts.host
    style.backgroundSize = `${String(step)}px ${String(step)}px`
    style.backgroundPosition = `${String(-camera.x * camera.zoom - step / 2)}px ${String(-camera.y * camera.zoom - step / 2)}px`
  }

  /** The layer's surface, as large as the view. A canvas that changes size is emptied, so only when it must. */
  #fitted(name: LayerName, { size, pixelRatio }: View): CanvasRenderingContext2D {
    const { canvas, surface } = this.#layers[name]
    const width = Math.round(size.width * pixelRatio)
    const height = Math.round(size.height * pixelRatio)
    if (canvas.width !== width) canvas.width = width
    if (canvas.height !== height) canvas.height = height
    return surface
  }
}

/** Moved by less than a device px, so that a tile's px are the screen's. */
function sharpView({ camera, size, pixelRatio }: View): View {
  const scale = camera.zoom * pixelRatio
  const whole = (value: number): number => Math.round(value * scale) / scale
  return { camera: { ...camera, x: whole(camera.x), y: whole(camera.y) }, size, pixelRatio }
}

function newTile(side: number): TileCanvas {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = side
  const surface = canvas.getContext('2d')
  if (surface === null) throw new Error('this browser cannot draw')
  return {
    canvas,
    surface,
    // What a canvas holds is not freed with it at once.
    free: () => {
      canvas.width = canvas.height = 0
    },
  }
}

function addLayer(host: HTMLElement): Layer {
  const canvas = document.createElement('canvas')
  canvas.setAttribute('aria-hidden', 'true')
  Object.assign(canvas.style, {
    position: 'absolute',
    inset: '0',
    inlineSize: '100%',
    blockSize: '100%',
    pointerEvents: 'none',
  })
  const surface = canvas.getContext('2d')
  if (surface === null) throw new Error('this browser cannot draw')
  host.append(canvas)
  return { canvas, surface }
}
