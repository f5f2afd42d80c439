/** Pictures that are put on a board: beside each other, none larger than life, all of them in one action. */
import { figureOf, type Figure } from '#shared/board/figure.ts'
import type { Point } from '#shared/board/geometry.ts'
import { orderBetween } from '#shared/board/order.ts'
import { boxPlace, placeFields, type Place } from '#shared/board/place.ts'
import type { PictureFields } from '#shared/board/shape.ts'
import { firstStyle, styleFields } from '#shared/board/style.ts'
import { creation } from './arrange.ts'
import type { Size } from './camera.ts'
import type { Editor } from './editor.ts'

/** How much of the view one picture may take, and several. */
const onePart = 0.6
const allPart = 0.8
/** Board px between two. */
const gap = 16
/** Of a view that is not known yet. */
const usualView: Size = { width: 960, height: 640 }

/** Around a place of the board, or in the middle of what is seen. False if this person may not, or there is none. */
export function placePictures(editor: Editor, pictures: readonly PictureFields[], at: Point | null): boolean {
  const { doc, world, view } = editor
  const seen = view.box
  const middle =
    seen === null ? { x: 0, y: 0 } : { x: (seen.minX + seen.maxX) / 2, y: (seen.minY + seen.maxY) / 2 }
  const room = seen === null ? usualView : { width: seen.maxX - seen.minX, height: seen.maxY - seen.minY }
  const places = laidOut(
    pictures.map(({ i: [width, height] }) => ({ width, height })),
    room,
    at ?? middle,
  )
  let order = doc.topOrder()
  const figures = pictures.flatMap((picture, index): Figure | [] => {
    order = orderBetween(order, null, world.random())
    const look = styleFields({ ...firstStyle, width: 1 })
    const t = placeFields(places[index] ?? boxPlace(middle.x, middle.y, ...picture.i))
    const row = { k: 'image', z: order, ...look, t, ...picture }
    return figureOf(doc.newId(world.random()), row, {}, () => null) ?? []
  })
  if (!editor.act(figures.flatMap(creation))) return false
  editor.setTool('select')
  editor.selection.set(figures.map(({ id }) => id))
  return true
}

/** One alone, or rows of about as many as there are rows, around a place. */
export function laidOut(sizes: readonly Size[], room: Size, at: Point): Place[] {
  const columns = Math.ceil(Math.sqrt(sizes.length))
  const rowCount = Math.ceil(sizes.length / columns)
  const part = sizes.length === 1 ? onePart : allPart
  const heightMax = Math.max(1, (part * room.height - (rowCount - 1) * gap) / rowCount)
  const scaled = sizes.map(({ width, height }) => {
    const scale = Math.min(1, heightMax / height)
    return { width: width * scale, height: height * scale }
  })
  const rows = Array.from({ length: rowCount }, (_, row) => scaled.slice(row * columns, (row + 1) * columns))
  const widest = Math.max(...rows.map(widthOf))
  const gaps = (columns - 1) * gap
  const fit = Math.min(1, Math.max(1, part * room.width - gaps) / Math.max(1, widest - gaps))
  const fitted = rows.map((row) =>
    row.map(({ width, height }) => ({ width: width * fit, height: height * fit })),
  )
  const heights = fitted.map((row) => Math.max(...row.map(({ height }) => height)))
  let y = at.y - (heights.reduce((sum, height) => sum + height, 0) + (rowCount - 1) * gap) / 2
  return fitted.flatMap((row, index) => {
    const rowHeight = heights[index] ?? 0
    let x = at.x - widthOf(row) / 2
    const places = row.map(({ width, height }) => {
      const place = boxPlace(x, y + (rowHeight - height) / 2, width, height)
      x += width + gap
      return place
    })
    y += rowHeight + gap
    return places
  })
}

function widthOf(row: readonly Size[]): number {
  return row.reduce((sum, { width }) => sum + width, 0) + (row.length - 1) * gap
}
