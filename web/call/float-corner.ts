/** In which corner of the window the floating call stands. Pure. */
import type { Size } from './tile-grid.ts'

export const corners = ['top-start', 'top-end', 'bottom-start', 'bottom-end'] as const
export type Corner = (typeof corners)[number]

export function readCorner(value: unknown): Corner {
  return corners.find((corner) => corner === value) ?? 'bottom-start'
}

/** The corner nearest to a point of the window, in CSS px from its left and top. */
export function nearestCorner(
  point: Readonly<{ x: number; y: number }>,
  view: Size,
  isRightToLeft: boolean,
): Corner {
  const isLeft = point.x < view.width / 2
  return `${point.y < view.height / 2 ? 'top' : 'bottom'}-${isLeft !== isRightToLeft ? 'start' : 'end'}`
}

/** Where an arrow key leads; the same corner where it leads out of the window. Null for any other key. */
export function cornerAfter(corner: Corner, key: string, isRightToLeft: boolean): Corner | null {
  const [block, inline] = corner.split('-') as ['top' | 'bottom', 'start' | 'end']
  switch (key) {
    case 'ArrowUp':
      return `top-${inline}`
    case 'ArrowDown':
      return `bottom-${inline}`
    case 'ArrowLeft':
      return `${block}-${isRightToLeft ? 'end' : 'start'}`
    case 'ArrowRight':
      return `${block}-${isRightToLeft ? 'start' : 'end'}`
    default:
      return null
  }
}
