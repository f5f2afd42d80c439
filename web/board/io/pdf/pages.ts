/** What stands on which page: each frame of a sheet on one of its own, or all of it on one. Pure. */
import type { Figure } from '#shared/board/figure.ts'
import type { Box } from '#shared/board/geometry.ts'
import { boxOf, edgeBoxOf } from '#shared/board/outline.ts'

export type Page = Readonly<{
  title: string
  box: Box
  /** Bottom to top. */
  figures: readonly Figure[]
}>

export type Pages = Readonly<{
  pages: readonly Page[]
  /** Figures that are on none of them, because they lie outside all frames. */
  leftOutCount: number
}>

/** Of a sheet: its frames as one reads them, or the whole of it, with `roomFor` around. No page where nothing is. */
export function pagesOf(
  figures: readonly Figure[],
  name: string,
  roomFor: (figures: readonly Figure[]) => Box,
): Pages {
  const frames = asRead(figures.filter(({ kind }) => kind === 'frame'))
  if (frames.length === 0) {
    const whole = { title: name, box: figures.length === 0 ? null : roomFor(figures), figures }
    return { pages: whole.box === null ? [] : [{ ...whole, box: whole.box }], leftOutCount: 0 }
  }
  const pages = frames.map((frame) => {
    const box = edgeBoxOf(frame)
    const inIt = figures.filter((figure) => figure === frame || isIn(figure, box))
    return { title: titleOf(frame) || name, box, figures: inIt.flatMap((each) => asOn(each, frame)) }
  })
  const shown = new Set<Figure>([...frames, ...pages.flatMap((page) => page.figures)])
  return { pages, leftOutCount: figures.filter((figure) => !shown.has(figure)).length }
}

/** The page is the frame: of the frame itself only what fills it is seen there. */
function asOn(figure: Figure, frame: Figure): readonly Figure[] {
  if (figure !== frame) return [figure]
  return frame.style.fill === 'none' ? [] : [{ ...frame, text: '' }]
}

function isIn(figure: Figure, { minX, minY, maxX, maxY }: Box): boolean {
  const box = boxOf(figure)
  return box.minX < maxX && box.maxX > minX && box.minY < maxY && box.maxY > minY
}

function titleOf({ text }: Figure): string {
  return text.split('\n')[0] ?? ''
}

/** Row after row from the top, each from the left. Whatever begins above the middle of a row's first is in that row. */
function asRead(frames: readonly Figure[]): readonly Figure[] {
  const boxes = new Map(frames.map((frame) => [frame, edgeBoxOf(frame)]))
  const box = (frame: Figure): Box => boxes.get(frame) ?? edgeBoxOf(frame)
  const rows: Figure[][] = []
  for (const frame of frames.toSorted((a, b) => box(a).minY - box(b).minY)) {
    const row = rows.at(-1)
    const first = row?.[0]
    const isInRow = first !== undefined && box(frame).minY < (box(first).minY + box(first).maxY) / 2
    if (row !== undefined && isInRow) row.push(frame)
    else rows.push([frame])
  }
  return rows.flatMap((row) => row.sort((a, b) => box(a).minX - box(b).minX))
}
