/**
 * How tiles of one size share a rectangle: the number of columns that makes them largest. Pure.
 *
 * Invariant: boxes do not overlap, lie within the rectangle, and are neither too tall nor too wide for a face.
 */

/** CSS px from the rectangle's upper start corner. */
export type Box = Readonly<{ start: number; top: number; width: number; height: number }>
export type Size = Readonly<{ width: number; height: number }>

/** A tile may be this tall, or this wide, before the picture in it would be cut too much. */
export const aspectMin = 3 / 4
export const aspectMax = 16 / 9

/** The size of each of `count` tiles. `gap` in CSS px. */
export function tileGrid(count: number, { width, height }: Size, gap: number): Size {
  return bestGrid(count, { width, height }, gap).tile
}

/** The same tiles in their places: rows from the top, each in the middle, the last perhaps shorter. */
export function gridBoxes(count: number, size: Size, gap: number): Box[] {
  const { columns, tile } = bestGrid(count, size, gap)
  const rows = Math.ceil(count / columns)
  const top = middle(size.height, rows, tile.height, gap)
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns)
    const inRow = Math.min(columns, count - row * columns)
    return {
      start: middle(size.width, inRow, tile.width, gap) + (index % columns) * (tile.width + gap),
      top: top + row * (tile.height + gap),
      ...tile,
    }
  })
}

/** The largest box of such an aspect in the middle of the rectangle. */
export function fitted({ width, height }: Size): Size {
  return {
    width: Math.floor(Math.min(width, height * aspectMax)),
    height: Math.floor(Math.min(height, width / aspectMin)),
  }
}

/** Where a row of `count` tiles begins when it stands in the middle of `length`. */
export function middle(length: number, count: number, tile: number, gap: number): number {
  return Math.floor((length - count * tile - (count - 1) * gap) / 2)
}

function bestGrid(count: number, { width, height }: Size, gap: number): { columns: number; tile: Size } {
  let best = { columns: 1, tile: { width: 0, height: 0 } }
  for (let columns = 1; columns <= Math.max(1, count); columns++) {
    const rows = Math.ceil(Math.max(1, count) / columns)
    const tile = fitted({
      width: Math.max(0, (width - gap * (columns - 1)) / columns),
      height: Math.max(0, (height - gap * (rows - 1)) / rows),
    })
    if (tile.width * tile.height > best.tile.width * best.tile.height) best = { columns, tile }
  }
  return best
}
