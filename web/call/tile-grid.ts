/** How tiles share a stage: the number of columns that makes them largest. Pure. */

export type TileGrid = Readonly<{
  /** CSS px of every tile. */
  width: number
  height: number
}>

/** A tile may be this tall, or this wide, before the picture in it would be cut too much. */
const aspectMin = 3 / 4
const aspectMax = 16 / 9

/** `gap` in CSS px. Rows are filled one after the other; the last may be shorter. */
export function tileGrid(count: number, width: number, height: number, gap: number): TileGrid {
  let best: TileGrid = { width: 0, height: 0 }
  for (let columns = 1; columns <= Math.max(1, count); columns++) {
    const rows = Math.ceil(Math.max(1, count) / columns)
    const cellWidth = Math.max(0, (width - gap * (columns - 1)) / columns)
    const cellHeight = Math.max(0, (height - gap * (rows - 1)) / rows)
    const tile = {
      width: Math.floor(Math.min(cellWidth, cellHeight * aspectMax)),
      height: Math.floor(Math.min(cellHeight, cellWidth / aspectMin)),
    }
    if (tile.width * tile.height > best.width * best.height) best = tile
  }
  return best
}
